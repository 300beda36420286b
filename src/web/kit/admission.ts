// The door of buying: so many purchases are under way, so many wait for their turn, and the rest hear at once when to come back.
// Searching and looking pass by, and so keep their speed while purchases are shed.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { html } from '../../lib/html.ts';
import { PROBLEMS } from '../../lib/problem.ts';
import { inTurn } from '../../lib/turns.ts';
import { buttonLink } from './components/button.ts';
import { narrow } from './components/section.ts';
import { layout } from './layout.ts';
import { wantsPage } from './negotiate.ts';
import type { App } from './shop.ts';

/** Enough to fill the batches of purchases; more would only wait for the database. */
export const MAX_UNDER_WAY = 300;
/** Who waits for longer waits for the database, costs nothing meanwhile, and must not keep other products from being sold. */
const COUNTED_FOR_MS = 250;
/** A tenth of a second's work of one process. Who waits longer presses again, which only makes it longer. */
export const MAX_WAITING = 1_000;
/**
 * While those who hold units wait for their turn to pay, nobody else gets one: so few go on to be read then, for the line of a drop, or to
 * hear that they have one or that all is sold. Read to be refused, a purchase costs five times what it costs at the door.
 */
export const MAX_WHILE_PAYING = 10;
/** Nobody is let in without a turn in sight. Where payments stand still all the same, who wants to buy hears of it. */
const MAX_WAIT_MS = 250;
/**
 * Refusals take an eighth to a fifth of the time: one takes 0.025 to 0.04 ms. A crowd that is large enough (30,000 a second) would
 * take all the time there is otherwise. As it is, up to 5,000 a second hear at once, and who has no answer yet sends nothing more.
 */
const REFUSED_A_MS = 5;
/** After a pause too: 5 to 8 ms of refusals before anything else has its turn. */
const MAX_REFUSED_A_TURN = 200;
/** In a turn with nothing else to do there is no reason to let anybody wait. */
const MIN_REFUSED_A_TURN = 20;
const RETRY_AFTER_SECONDS = 2;
const PURCHASE_PATH = '/product/purchase';
const PAYMENT_PATH = '/product/payment';

type Visit = { request: IncomingMessage; response: ServerResponse };
type Waiting = Visit & { cameMs: number };

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
  const waiting: Waiting[] = [];
  // No longer than there are connections.
  const refused: Visit[] = [];
  let underWay = 0;
  let mayRefuse = MAX_REFUSED_A_TURN;
  let countedMs = performance.now();
  let isTurning = false;

  function turn(): void {
    isTurning = false;
    for (const visit of refused.splice(0, Math.max(MIN_REFUSED_A_TURN, refusalsNow()))) refuseNow(visit);
    for (const { request, response } of waiting.splice(0, Math.max(0, roomUnderWay()))) {
      countUntilClosed(response);
      beginInTurn(request, response);
    }
    turnSoon();
  }

  function turnsLeft(): number {
    return Math.max(MAX_WHILE_PAYING, turnsToPay()) - underWay;
  }

  function roomUnderWay(): number {
    return Math.min(MAX_UNDER_WAY - underWay, turnsLeft());
  }

  // In the next turn of the event loop: what is there already is looked at first.
  function turnSoon(): void {
    const hasRoom = waiting.length > 0 && roomUnderWay() > 0;
    if (isTurning || !(hasRoom || refused.length > 0)) return;
    isTurning = true;
    setImmediate(turn);
  }

  function refusalsNow(): number {
    const nowMs = performance.now();
    mayRefuse = Math.min(MAX_REFUSED_A_TURN, mayRefuse + (nowMs - countedMs) * REFUSED_A_MS);
    countedMs = nowMs;
    return mayRefuse;
  }

  function refuseInTurn(visit: Visit): void {
    countRefusal();
    if (refused.length === 0 && refusalsNow() >= 1) refuseNow(visit);
    else refused.push(visit);
  }

  function refuseNow({ request, response }: Visit): void {
    mayRefuse--;
    refuse(request, response);
  }

  function refuseWhoWaitedLong(): void {
    const sinceMs = performance.now() - MAX_WAIT_MS;
    while (waiting[0] && waiting[0].cameMs < sinceMs) refuseInTurn(waiting.shift() as Waiting);
    turnSoon();
  }

  function beginInTurn(request: IncomingMessage, response: ServerResponse): void {
    inTurn(() => {
      // Else nobody is there any more to be told.
      if (!response.destroyed) begin?.call(app.server, request, response);
    });
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

  const looking = setInterval(refuseWhoWaitedLong, MAX_WAIT_MS / 2);
  looking.unref();
  app.addHook('onClose', async () => clearInterval(looking));

  app.server.removeListener('request', begin);
  app.server.on('request', (request, response) => {
    const path = request.method === 'POST' ? request.url : undefined;
    if (path?.startsWith(PAYMENT_PATH)) return beginInTurn(request, response);
    if (!path?.startsWith(PURCHASE_PATH)) return begin.call(app.server, request, response);
    if (waiting.length < Math.min(MAX_WAITING, turnsLeft()))
      waiting.push({ request, response, cameMs: performance.now() });
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
