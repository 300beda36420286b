// Drops as operators watch them: figures once a second, pause and resume, and what buyers must bring.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { listDrops, pauseDrop, setEntryCondition } from '../../modules/inventory/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { respond, wantsPage } from '../kit/negotiate.ts';
import { Id, PageQuery, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { type EventStream, streamsOf, wantsEventStream } from '../kit/sse.ts';
import { type DropView, openDropBoard, POINT_COLUMNS } from './drop-board.ts';
import { DropJson, DropListJson, dropJson, EntryConditionSchema, summaryJson } from './drop-json.ts';
import { dropPage } from './drop-page.ts';
import { dropsPage } from './drops-page.ts';

const REFRESH_MIN_SECONDS = 2;
const REFRESH_MAX_SECONDS = 60;

const DropParams = Type.Object({ productId: Id });
const Changed = Type.Object({ productId: Type.String(), paused: Type.Boolean() });
const problems = problemResponses(401, 403, 404);

export function dropRoutes(app: App, shop: Shop): void {
  const streams = streamsOf(app);
  const board = openDropBoard(shop);
  app.addHook('onClose', () => board.close());
  const titleOf = async (productId: number): Promise<string> =>
    (await shop.replica.product(productId))?.title ?? `Product ${productId}`;

  const list = {
    tags: ['operator'],
    summary: 'All drops, the one that opens last first',
    querystring: PageQuery,
    response: { 200: DropListJson, ...problemResponses(401, 403, 422) },
  };
  // Where an operator's work begins, for whoever types the short address.
  app.get('/operator', { schema: { hide: true } }, (_request, reply) => reply.redirect('/operator/drops', 303));

  app.get('/operator/drops', { schema: list }, async (request, reply) => {
    const caller = requireCaller(request, 'operator');
    const { page, size } = request.query;
    const { items, total } = await listDrops(shop.db, page, size);
    const named = await Promise.all(items.map(async (drop) => summaryJson(drop, await titleOf(drop.productId))));
    const drops = { items: named, page, size, total };
    return respond(request, reply, { json: () => drops, page: () => dropsPage(drops, caller) });
  });

  const watch = {
    tags: ['operator'],
    summary: 'A drop in figures',
    description:
      'With `Accept: text/event-stream` live: first an event `history` with the last ten minutes as rows of numbers, then once a second the document, with its row as `point`.',
    params: DropParams,
    querystring: Type.Object({
      refresh: Type.Optional(
        Type.Integer({
          minimum: REFRESH_MIN_SECONDS,
          maximum: REFRESH_MAX_SECONDS,
          description: 'The page loads itself again after so many seconds: for browsers without scripts',
        }),
      ),
      saved: Type.Optional(Type.Literal('condition', { description: 'Which form was saved, for the page to say so' })),
    }),
    response: { 200: DropJson, ...problemResponses(401, 403, 404, 422, 503) },
  };
  app.get('/operator/drops/:productId', { schema: watch }, async (request, reply) => {
    const caller = requireCaller(request, 'operator');
    const productId = productOf(request.params);
    const view = await board.look(productId);
    if (!view) throw problem('not-found');
    const title = await titleOf(productId);
    const document = (shown: DropView) => dropJson(shown, title, streams.count());
    if (wantsEventStream(request)) {
      follow(streams.open(request, reply.header('vary', 'accept')), productId, document);
      return reply as never;
    }
    const { refresh, saved } = request.query;
    if (refresh !== undefined) reply.header('refresh', String(refresh));
    return respond(request, reply, {
      json: () => document(view),
      page: () => dropPage(document(view), caller, { refreshSeconds: refresh, saved }),
    });
  });

  function follow(stream: EventStream, productId: number, document: (view: DropView) => object): void {
    stream.send({ name: 'history', data: { columns: POINT_COLUMNS, points: board.points(productId) } });
    stream.onClose(board.follow(productId, (view) => stream.send({ data: { ...document(view), point: view.point } })));
  }

  for (const [step, isPaused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    const schema = {
      tags: ['operator'],
      summary: isPaused
        ? 'Stop giving out units; who holds one may pay, and the line keeps its order'
        : 'Go on giving out units, to the first in line',
      params: DropParams,
      response: { 200: Changed, ...problems },
    };
    app.post(`/operator/drops/:productId/${step}`, { schema }, async (request, reply) => {
      requireCaller(request, 'operator');
      const productId = productOf(request.params);
      if (!(await pauseDrop(shop.db, productId, isPaused))) throw problem('not-found');
      await board.reread(productId);
      return answerChange(request, reply, { productId: String(productId), paused: isPaused });
    });
  }

  const condition = {
    tags: ['operator'],
    summary: 'What buyers must bring to a drop from now on, besides being signed in',
    params: DropParams,
    body: Type.Object({ entryCondition: EntryConditionSchema }, { additionalProperties: false }),
    response: {
      200: Type.Object({ productId: Type.String(), entryCondition: EntryConditionSchema }),
      ...problemResponses(401, 403, 404, 422),
    },
  };
  app.post('/operator/drops/:productId/condition', { schema: condition }, async (request, reply) => {
    requireCaller(request, 'operator');
    const productId = productOf(request.params);
    const { entryCondition } = request.body;
    if (!(await setEntryCondition(shop.db, productId, entryCondition))) throw problem('not-found');
    await board.reread(productId);
    return answerChange(request, reply, { productId: String(productId), entryCondition }, '?saved=condition');
  });
}

function productOf(params: Static<typeof DropParams>): number {
  const productId = parseId(params.productId);
  if (productId === undefined) throw problem('not-found');
  return productId;
}

/** A form goes back to the page that it was on. */
function answerChange<Change extends { productId: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  changed: Change,
  saved = '',
): Change {
  if (wantsPage(request)) return reply.redirect(`/operator/drops/${changed.productId}${saved}`, 303) as never;
  return changed;
}
