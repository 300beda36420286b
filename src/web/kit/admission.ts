// The door of buying: so many purchases begin in a turn of the event loop, so many wait for their turn, and the rest hear at once
// when to come back. Searching and looking pass by, and so keep their speed while purchases are shed.
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { html } from '../../lib/html.ts';
import { PROBLEMS } from '../../lib/problem.ts';
import { buttonLink } from './components/button.ts';
import { narrow } from './components/section.ts';
import { layout } from './layout.ts';
import { wantsPage } from './negotiate.ts';
import type { App } from './shop.ts';

/** About 0.2 ms each, so that a page in between waits some 10 ms. */
const MAX_BEGUN_A_TURN = 50;
/** All buyers of a batch are answered in one turn: a thousand of them would hold up everybody else for 100 ms. */
const CALM_UNDER_WAY = 200;
/** Beyond that only as many, so that one product whose row is locked does not keep the others from being sold. */
const MAX_BEGUN_A_BUSY_TURN = 5;
/** A quarter of a second's work of one process. Who waits longer presses again, which only makes it longer. */
export const MAX_WAITING = 1_000;
const RETRY_AFTER_SECONDS = 2;
const PURCHASE_PATH = '/product/purchase';

type Visit = { request: IncomingMessage; response: ServerResponse };

/** In front of Fastify: a refusal that is made of all the work of a request would cost as much as what it refuses. */
export function installAdmission(app: App, headers: Readonly<Record<string, string>>): void {
  const [begin] = app.server.listeners('request') as RequestListener[];
  if (!begin) throw new Error('Fastify listens to its server from the start');
  const refuse = refusals(headers);
  const waiting: Visit[] = [];
  let underWay = 0;
  let isTurning = false;

  function turn(): void {
    const most = underWay < CALM_UNDER_WAY ? MAX_BEGUN_A_TURN : MAX_BEGUN_A_BUSY_TURN;
    for (const { request, response } of waiting.splice(0, most)) {
      // Nobody is there any more to be told.
      if (response.destroyed) continue;
      underWay++;
      response.once('close', () => underWay--);
      begin?.call(app.server, request, response);
    }
    isTurning = waiting.length > 0;
    if (isTurning) setImmediate(turn);
  }

  app.server.removeListener('request', begin);
  app.server.on('request', (request, response) => {
    if (request.method !== 'POST' || !request.url?.startsWith(PURCHASE_PATH)) {
      begin.call(app.server, request, response);
      return;
    }
    if (waiting.length >= MAX_WAITING) {
      refuse(request, response);
      return;
    }
    waiting.push({ request, response });
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
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
  const common: OutgoingHttpHeaders = { ...headers, 'retry-after': String(RETRY_AFTER_SECONDS), vary: 'accept' };
  const send = (response: ServerResponse, contentType: string, body: Buffer): void => {
    response.writeHead(status, { ...common, 'content-type': contentType, 'content-length': body.length }).end(body);
  };
  const json = Buffer.from(JSON.stringify(document));
  // Made when it is first needed: the page names scripts that are not there yet.
  let page: Buffer | undefined;
  return (request, response) => {
    if (!wantsPage(request)) return send(response, 'application/problem+json', json);
    page ??= Buffer.from(String(layout({ title, caller: undefined, main, robots: 'noindex' })));
    send(response, 'text/html; charset=utf-8', page);
  };
}
