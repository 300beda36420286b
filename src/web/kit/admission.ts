// The door of buying: so many purchases are under way, so many wait for their turn, and the rest hear at once when to come back.
// Searching and looking pass by, and so keep their speed while purchases are shed.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { html } from '../../lib/html.ts';
import { PROBLEMS } from '../../lib/problem.ts';
import { buttonLink } from './components/button.ts';
import { narrow } from './components/section.ts';
import { layout } from './layout.ts';
import { wantsPage } from './negotiate.ts';
import type { App } from './shop.ts';

/** What is begun in one turn holds up pages for some 15 ms. */
export const MAX_UNDER_WAY = 300;
/** Who waits for longer waits for the database, costs nothing meanwhile, and must not keep other products from being sold. */
const COUNTED_FOR_MS = 250;
/** A quarter of a second's work of one process. Who waits longer presses again, which only makes it longer. */
export const MAX_WAITING = 1_000;
/**
 * While those who hold units wait for their turn to pay, nobody else gets one: so few go on to be read then, for the line of a drop, or to
 * hear that they have one or that all is sold. Read to be refused, a purchase costs five times what it costs at the door.
 */
export const MAX_WHILE_PAYING = 10;
const WAITING_A_TURN_TO_PAY = 2;
/**
 * The rest hears in order, in an eighth to a fifth of the time: a refusal takes 0.025 to 0.04 ms. A crowd that is large enough (30,000 a
 * second) would take all the time there is otherwise. As it is, up to 5,000 a second hear at once, and who has no answer yet sends
 * nothing more.
 */
const REFUSED_A_MS = 5;
/** After a pause too: 5 to 8 ms of refusals before anything else has its turn. */
const MAX_REFUSED_A_TURN = 200;
const RETRY_AFTER_SECONDS = 2;
const PURCHASE_PATH = '/product/purchase';

type Visit = { request: IncomingMessage; response: ServerResponse };

/** In front of Fastify: a refusal that is made of all the work of a request would cost as much as what it refuses. */
export function installAdmission(
  app: App,
  headers: Readonly<Record<string, string>>,
  turnsToPay: () => number,
  countRefusal: () => void,
): void {
  const [begin] = app.server.listeners('request') as RequestListener[];
  if (!begin) throw new Error('Fastify listens to its server from the start');
  const refuse = refusals(headers);
  const waiting: Visit[] = [];
  // No longer than there are connections.
  const refused: Visit[] = [];
  let underWay = 0;
  let mayRefuse = MAX_REFUSED_A_TURN;
  let turnedAtMs = performance.now();
  let isTurning = false;

  function turn(): void {
    isTurning = false;
    const atMs = performance.now();
    mayRefuse = Math.min(MAX_REFUSED_A_TURN, mayRefuse + (atMs - turnedAtMs) * REFUSED_A_MS);
    turnedAtMs = atMs;
    for (const visit of refused.splice(0, mayRefuse)) refuseNow(visit);
    for (const visit of waiting.splice(mostWaiting())) refuseInTurn(visit);
    for (const { request, response } of waiting.splice(0, Math.max(0, roomUnderWay()))) {
      // Nobody is there any more to be told.
      if (response.destroyed) continue;
      countUntilClosed(response);
      begin?.call(app.server, request, response);
    }
    turnSoon();
  }

  function roomUnderWay(): number {
    return Math.min(MAX_UNDER_WAY, Math.max(MAX_WHILE_PAYING, turnsToPay())) - underWay;
  }

  /** Who waits for a unit must not wait for those who pay: there may be none for a while. */
  function mostWaiting(): number {
    return Math.min(MAX_WAITING, Math.max(MAX_WHILE_PAYING, WAITING_A_TURN_TO_PAY * turnsToPay()));
  }

  // In the next turn of the event loop: what is there already is looked at first.
  function turnSoon(): void {
    const hasRoom = waiting.length > 0 && roomUnderWay() > 0;
    if (isTurning || !(hasRoom || refused.length > 0)) return;
    isTurning = true;
    setImmediate(turn);
  }

  function refuseInTurn(visit: Visit): void {
    countRefusal();
    if (mayRefuse >= 1 && refused.length === 0) refuseNow(visit);
    else refused.push(visit);
  }

  function refuseNow({ request, response }: Visit): void {
    mayRefuse--;
    refuse(request, response);
  }

  function countUntilClosed(response: ServerResponse): void {
    let isCounted = true;
    underWay++;
    const leave = (): void => {
      clearTimeout(timer);
      if (!isCounted) return;
      isCounted = false;
      underWay--;
      turnSoon();
    };
    const timer = setTimeout(leave, COUNTED_FOR_MS);
    response.once('close', leave);
  }

  app.server.removeListener('request', begin);
  app.server.on('request', (request, response) => {
    if (request.method !== 'POST' || !request.url?.startsWith(PURCHASE_PATH)) {
      begin.call(app.server, request, response);
      return;
    }
    if (waiting.length < mostWaiting()) waiting.push({ request, response });
    else refuseInTurn({ request, response });
    turnSoon();
  });
}

function refusals(
  headers: Readonly<Record<string, string>>,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { status, title, help } = PROBLEMS.overloaded;
  const document = { type: '/problems/overloaded', title, status, detail: help, instance: PURCHASE_PATH };
  const main = narrow(html`<h1>${title}</h1>
<p>Nothing was started. Please press Buy again in some seconds.</p>
<p class="actions">${buttonLink('/search', 'To the products', 'primary')}</p>`);
  const common = { ...headers, 'retry-after': String(RETRY_AFTER_SECONDS), vary: 'accept' };
  const answerOf = (contentType: string, body: string): { head: string[]; body: string } => {
    const fields = { ...common, 'content-type': contentType, 'content-length': String(Buffer.byteLength(body)) };
    return { head: Object.entries(fields).flat(), body };
  };
  // A list of headers is written as it stands, and a text goes out in one write with them: together a third of the cost.
  const send = (response: ServerResponse, { head, body }: { head: string[]; body: string }): void => {
    response.writeHead(status, head).end(body);
  };
  const json = answerOf('application/problem+json', JSON.stringify(document));
  // Made when it is first needed: the page names scripts that are not there yet.
  let page: { head: string[]; body: string } | undefined;
  return (request, response) => {
    if (!wantsPage(request)) return send(response, json);
    page ??= answerOf(
      'text/html; charset=utf-8',
      String(layout({ title, caller: undefined, main, robots: 'noindex' })),
    );
    send(response, page);
  };
}
