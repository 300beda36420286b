// Single products for their pages: kept for half a second, and read from the database while OpenSearch is away.
//
// A node keeps the products that are asked for and nothing of the others, so its memory does not grow with the shop.
import { LRUCache } from 'lru-cache';
import { createLimit } from '../../../lib/limit.ts';
import { Problem, problem } from '../../../lib/problem.ts';
import type { ReplicaDocument } from '../document.ts';
import type { ReplicaSource } from '../source.ts';
import { familyKeyOf } from './indexed-document.ts';
import { isMissingIndex, isNotFound, type SearchServer, searchIndex } from './server.ts';

/** At about 5 KB: 50 MB. */
const MAX_KEPT = 10_000;
/** As much older than the index a product may be shown, and as long as a crowd on one product costs one request. */
const FRESH_MS = 500;
/** Variants on one page; the largest family of a real catalogue had 120. */
const MAX_FAMILY = 200;
const MAX_LOADS_AT_ONCE = 4;
const MAX_LOADS_WAITING = 100;
const RETRY_AFTER_SECONDS = 2;

type Kept = { document: ReplicaDocument | undefined; version: number | undefined };
export type Documents = {
  product(productId: number): Promise<ReplicaDocument | undefined>;
  family(familyKey: string, sellerId: number): Promise<ReplicaDocument[]>;
};

export function openDocuments(
  server: SearchServer,
  alias: string,
  source: ReplicaSource,
  isServing: () => boolean,
): Documents {
  const limited = createLimit(MAX_LOADS_AT_ONCE, MAX_LOADS_WAITING);

  async function read(productId: number, known: Kept | undefined): Promise<Kept> {
    if (!isServing()) throw problem('search-unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    const found = await server.ask(async (client) => {
      try {
        const { body } = await client.get({ index: alias, id: String(productId), _source_includes: ['document'] });
        return { document: body._source.document as ReplicaDocument, version: body._version };
      } catch (error) {
        if (isNotFound(error) && !isMissingIndex(error)) return { document: undefined, version: undefined };
        throw error;
      }
    });
    // The same object, as long as nothing in it changed: pages keep what they made of it.
    return known?.document && found.version === known.version ? known : found;
  }

  async function load(productId: number): Promise<Kept> {
    const loaded = await limited(() => source.load([productId]));
    if (loaded === undefined) throw problem('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    return { document: loaded[0], version: undefined };
  }

  const kept = new LRUCache<number, Kept>({
    max: MAX_KEPT,
    ttl: FRESH_MS,
    // One that is a little old is better than none; without any the database is asked, by a few at a time.
    allowStaleOnFetchRejection: true,
    fetchMethod: async (productId, known) => {
      try {
        return await read(productId, known);
      } catch (error) {
        if (!(error instanceof Problem) || known !== undefined) throw error;
        return load(productId);
      }
    },
  });

  return {
    product: async (productId) => (await kept.fetch(productId))?.document,
    family: async (familyKey, sellerId) => {
      const query = { term: { familyKey: { value: familyKeyOf(familyKey, sellerId) } } };
      const body = { size: MAX_FAMILY, sort: [{ productId: 'asc' }], _source: ['document'], query };
      try {
        const { hits } = await searchIndex<{ hits: { hits: { _source: Kept }[] } }>(server, alias, body);
        return hits.hits.flatMap(({ _source }) => _source.document ?? []);
      } catch (error) {
        // A product's page without its variants is better than none.
        if (error instanceof Problem) return [];
        throw error;
      }
    },
  };
}
