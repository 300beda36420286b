// How far the index has followed the database: one small document that all nodes read and one at a time writes.
//
// A node writes it only as it last saw it (if_seq_no), so of two that want to go on one does. Each write takes a new `turn`, and
// what a node writes about products in its turn carries that number as external version: writes of an earlier turn that arrive late
// are refused, and a turn's offset is saved only if nobody took a turn since. So two writers at once, one that was stopped for an
// hour, or a restored node do no harm, and no lock is needed.
import { type Client, errors } from '@opensearch-project/opensearch';
import { isConflict, isNotFound, WRITE_WITHIN_MS } from './server.ts';

export type Progress = {
  turn: number;
  /** Whose products these are. */
  databaseId: string;
  /** The newest that ever wrote: older programs leave it alone. */
  mappingVersion: number;
  /** null: not followed yet. */
  feedOffset: string | null;
  /** By the writer's clock. */
  currentAtMs: number;
  /** The index that answers. */
  serving: string | null;
  /** The index that is being filled beside it, up to this product. */
  filling: { index: string; afterProductId: number } | null;
  /** The database for which an operator wants everything indexed anew. */
  reindexFor: string | null;
};
/** With what OpenSearch wants to hear when it is written again. */
export type SeenProgress = { progress: Progress; seqNo: number; primaryTerm: number };

const ID = 'progress';
/** A busy writer takes five turns a second, and each attempt needs a few milliseconds between two of them. */
const MAX_ATTEMPTS = 20;

function progressIndex(prefix: string): string {
  return `${prefix}-progress`;
}

export async function readProgress(client: Client, prefix: string): Promise<SeenProgress | null> {
  try {
    const { body } = await client.get({ index: progressIndex(prefix), id: ID });
    return { progress: body._source, seqNo: body._seq_no ?? 0, primaryTerm: body._primary_term ?? 0 };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** null: somebody else wrote it since. `seen` null: it is the first. */
export async function writeProgress(
  client: Client,
  prefix: string,
  seen: SeenProgress | null,
  progress: Progress,
): Promise<SeenProgress | null> {
  try {
    if (seen === null) await createIndex(client, prefix);
    const { body } = await client.index(
      {
        index: progressIndex(prefix),
        id: ID,
        body: progress,
        ...(seen === null
          ? { op_type: 'create' as const }
          : { if_seq_no: seen.seqNo, if_primary_term: seen.primaryTerm }),
      },
      { requestTimeout: WRITE_WITHIN_MS },
    );
    return { progress, seqNo: body._seq_no ?? 0, primaryTerm: body._primary_term ?? 0 };
  } catch (error) {
    if (isConflict(error)) return null;
    throw error;
  }
}

async function createIndex(client: Client, prefix: string): Promise<void> {
  try {
    await client.indices.create(
      {
        index: progressIndex(prefix),
        body: {
          settings: { number_of_shards: 1, auto_expand_replicas: '0-1' },
          mappings: { dynamic: false, properties: {} },
        },
      },
      { requestTimeout: WRITE_WITHIN_MS },
    );
  } catch (error) {
    const isThere =
      error instanceof errors.ResponseError && error.body?.error?.type === 'resource_already_exists_exception';
    if (!isThere) throw error;
  }
}

/** What an operator asks for: all of this database's products anew, beside the index that answers. */
export async function askForReindex(client: Client, prefix: string, databaseId: string): Promise<boolean> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const seen = await readProgress(client, prefix);
    if (seen === null) return false;
    const { progress } = seen;
    const asking = { ...progress, turn: progress.turn + 1, reindexFor: databaseId };
    if (await writeProgress(client, prefix, seen, asking)) return true;
  }
  return false;
}
