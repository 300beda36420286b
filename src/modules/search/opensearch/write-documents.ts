// Products into indices, many at once.
import type { Client } from '@opensearch-project/opensearch';
import type { Log } from '../../../lib/log.ts';
import type { ReplicaDocument } from '../document.ts';
import { openSlices } from '../slices.ts';
import { type Indexer, indexedDocument } from './indexed-document.ts';
import { WRITE_WITHIN_MS } from './server.ts';

/** OpenSearch is said to be fastest at 5 to 15 MB a request. */
const MAX_REQUEST_CHARACTERS = 5_000_000;
/** Refused for what it is, and will be every time. */
const IS_BAD = new Set([400, 413]);
const CONFLICT = 409;

export type Writing = { alias: string | null; filling: string | null; version: number };
/** A page of the first scan goes only where it is missing. */
export type Changes = { put: ReplicaDocument[]; removed: number[]; scanned: ReplicaDocument[] };

/** The lines of bulk requests, each short enough. */
export async function* bulkRequests(indexer: Indexer, writing: Writing, changes: Changes): AsyncGenerator<string[]> {
  // A page of products is a tenth of a second of words, and this node answers shoppers too.
  const pause = openSlices();
  let lines: string[] = [];
  let characters = 0;
  for (const operation of operations(indexer, writing, changes)) {
    await pause();
    lines.push(...operation);
    characters += operation.reduce((sum, line) => sum + line.length, 0);
    if (characters < MAX_REQUEST_CHARACTERS) continue;
    yield lines;
    lines = [];
    characters = 0;
  }
  if (lines.length > 0) yield lines;
}

function* operations(indexer: Indexer, { alias, filling, version }: Writing, changes: Changes): Generator<string[]> {
  const changed = new Set(changes.put.map((document) => document.productId));
  const targets: { index: string; documents: ReplicaDocument[]; require_alias: boolean }[] = [
    // An alias that is gone must not come back as an index without a mapping.
    ...(alias === null ? [] : [{ index: alias, documents: changes.put, require_alias: true }]),
    ...(filling === null
      ? []
      : [
          {
            index: filling,
            documents: [...changes.put, ...changes.scanned.filter(({ productId }) => !changed.has(productId))],
            require_alias: false,
          },
        ]),
  ];
  const texts = new Map<ReplicaDocument, string>();
  for (const { index, documents, require_alias } of targets) {
    for (const document of documents) {
      const text = texts.get(document) ?? JSON.stringify(indexedDocument(indexer, document));
      if (targets.length > 1) texts.set(document, text);
      yield [actionLine('index', index, document.productId, version, require_alias), text];
    }
    for (const productId of changes.removed) yield [actionLine('delete', index, productId, version, false)];
  }
}

function actionLine(
  action: 'index' | 'delete',
  index: string,
  productId: number,
  version: number,
  requireAlias: boolean,
): string {
  const target = { _index: index, _id: String(productId), version, version_type: 'external' };
  return JSON.stringify({ [action]: requireAlias ? { ...target, require_alias: true } : target });
}

/** A document that OpenSearch cannot take is said and left out; anything else that fails is thrown, to be tried again. */
export async function writeDocuments(
  client: Client,
  indexer: Indexer,
  writing: Writing,
  changes: Changes,
  log: Log,
): Promise<void> {
  await requireAlias(client, writing, changes);
  for await (const lines of bulkRequests(indexer, writing, changes)) {
    const { body } = await client.bulk(
      { body: lines as unknown as Record<string, unknown>[] },
      { requestTimeout: WRITE_WITHIN_MS },
    );
    if (!body.errors) continue;
    for (const item of body.items) {
      const { status, error, _id } = item.index ?? item.delete ?? { status: 0 };
      // A newer turn was there first.
      if (error === undefined || status === CONFLICT) continue;
      if (!IS_BAD.has(status)) throw new Error(`OpenSearch did not take product ${_id}: ${status} ${error.reason}`);
      log.error({ productId: _id, reason: error.reason }, 'OpenSearch refuses a product, which cannot be found');
    }
  }
}

/** A removal with a version would make an index of the alias's name where the alias is gone, and cannot be told not to. */
async function requireAlias(client: Client, { alias }: Writing, { removed }: Changes): Promise<void> {
  if (alias === null || removed.length === 0) return;
  const { body: isThere } = await client.indices.existsAlias({ name: alias });
  if (!isThere) throw new Error(`the alias ${alias} is gone`);
}
