// The proof of a drop: its signed statement for operators, and for everyone the key that signs it.
import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { parseId } from '../../lib/ids.ts';
import { problem } from '../../lib/problem.ts';
import { loadStatementKey, makeDropStatement } from '../../modules/orders/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

// About 150 MB while it is made; `souk audit --drop` makes larger ones beside the web node.
const MAX_STATEMENT_ROWS = 300_000;
const RETRY_AFTER_SECONDS = 5;

export function statementRoutes(app: App, shop: Shop): void {
  // Making one reads everything about a drop, so a node makes one at a time.
  let isMaking = false;

  app.get(
    '/operator/drops/:productId/statement',
    {
      schema: {
        tags: ['operator'],
        summary: 'All that happened in a drop, signed, as a file',
        description: 'About nobody by name. Anybody checks it with `souk audit --verify FILE`, without this shop.',
        params: Type.Object({ productId: Type.String({ maxLength: 20 }) }),
        response: { 200: Type.Unknown({ description: 'The statement' }), ...problemResponses(401, 403, 404, 413, 503) },
      },
    },
    async (request, reply) => {
      requireCaller(request, 'operator');
      const productId = parseId(request.params.productId);
      if (productId === undefined) throw problem('product-not-found');
      if (isMaking) throw problem('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      isMaking = true;
      const outcome = await makeDropStatement(shop.db, productId, MAX_STATEMENT_ROWS).finally(() => {
        isMaking = false;
      });
      if (outcome.kind === 'not-a-drop') throw problem('product-not-found');
      if (outcome.kind === 'too-large')
        throw problem('payload-too-large', {
          detail: `This drop has ${outcome.rows} events and units. Make the file with: souk audit --drop ${productId} --export FILE`,
        });
      reply.type('application/json').header('cache-control', 'no-store');
      reply.header('content-disposition', `attachment; filename="drop-${productId}-statement.json"`);
      return Readable.from(outcome.file);
    },
  );

  app.get(
    '/.well-known/souk-statement-key.json',
    {
      schema: {
        tags: ['operator'],
        summary: 'The public key that statements of drops are signed by',
        response: { 200: Type.Object({ algorithm: Type.Literal('Ed25519'), publicKey: Type.String() }) },
      },
    },
    async (_request, reply) => {
      const { publicKey } = await loadStatementKey(shop.db);
      reply.header('cache-control', 'public, max-age=300');
      return { algorithm: 'Ed25519' as const, publicKey };
    },
  );
}
