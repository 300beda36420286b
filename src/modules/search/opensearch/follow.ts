// Keeps the index up to date, from one node at a time. The others watch, and one goes on when the writer is silent.
import type { FeedReader } from '../../../lib/feed.ts';
import type { Log } from '../../../lib/log.ts';
import type { ReplicaSource } from '../source.ts';
import { type Indexer, openIndexer } from './indexed-document.ts';
import { aliasOf, createProductIndex, deleteOthers, serve, servingIndex, versionOf } from './indices.ts';
import { MAPPING_VERSION } from './mapping.ts';
import { type Progress, readProgress, type SeenProgress, writeProgress } from './progress.ts';
import { isAway, type SearchServer } from './server.ts';
import { writeDocuments } from './write-documents.ts';

const MAX_KEYS_A_TURN = 500;
const SCAN_PAGE_DOCUMENTS = 500;
/** A writer without news says so often that it is alive. */
const SIGN_OF_LIFE_MS = 1_000;
/** A writer that is silent for longer is replaced. Too early would do no harm: the slower one steps back. */
const TAKE_OVER_MS = 5_000;

export type Following = {
  server: SearchServer;
  prefix: string;
  source: ReplicaSource;
  log: Log;
  isReadOnly: boolean;
  takeOverMs: number;
  indexer: Indexer;
  /** What this node wrote last, as long as it is the writer. */
  held: SeenProgress | null;
  /** What was seen last, and since when it stands there, by this node's clock. */
  seen: SeenProgress | null;
  seenAtMs: number;
  /** Of the database, asked once. */
  databaseId: string | null;
  reader: FeedReader | null;
  writtenAtMs: number;
  /** The last turn failed. */
  isSpoilt: boolean;
  /** It failed because OpenSearch did not answer. */
  isAway: boolean;
  /** Said once. */
  isForeign: boolean;
};

export function openFollowing(
  server: SearchServer,
  prefix: string,
  source: ReplicaSource,
  log: Log,
  isReadOnly: boolean,
  takeOverMs = TAKE_OVER_MS,
): Following {
  const none = { held: null, seen: null, databaseId: null, reader: null };
  return {
    ...{ server, prefix, source, log, isReadOnly, takeOverMs, indexer: openIndexer(), ...none },
    ...{ seenAtMs: Number.NEGATIVE_INFINITY, writtenAtMs: Number.NEGATIVE_INFINITY },
    ...{ isSpoilt: false, isAway: false, isForeign: false },
  };
}

/** One step; 'again' where more is known to be there. What fails is thrown, and the next step starts from what was saved. */
export async function followOnce(following: Following): Promise<'again' | 'waiting'> {
  try {
    const isWriter = following.held === null ? await watch(following) : await renew(following, following.held);
    const outcome = isWriter ? await takeTurn(following) : 'waiting';
    following.isAway = false;
    return outcome;
  } catch (error) {
    // The reader may have moved on past changes that were not taken.
    following.reader = null;
    following.isSpoilt = true;
    following.isAway = isAway(error);
    throw error;
  }
}

/** A turn that failed half way is not tried again: what it wrote stands under its number, and may be older by now. */
async function renew(following: Following, held: SeenProgress): Promise<boolean> {
  if (!following.isSpoilt) return true;
  return take(following, held, await ownProgress(following, held.progress));
}

/** Whether the index behind the alias may be searched: it is there, and holds this shop's products. */
export function isServing({ seen, databaseId }: Following): boolean {
  if (seen === null || seen.progress.serving === null) return false;
  // A node that starts without its database cannot know, and shows what is there.
  return databaseId === null || seen.progress.databaseId === databaseId;
}

/** Reads how far the others are. True when this node is the writer now. */
async function watch(following: Following): Promise<boolean> {
  const { server, prefix, source, takeOverMs } = following;
  const seen = await readProgress(server.client, prefix);
  const isMoved = seen?.progress.turn !== following.seen?.progress.turn || following.seen === null;
  following.seen = seen;
  if (isMoved) following.seenAtMs = performance.now();
  following.databaseId ??= await source.databaseId();
  if (following.isReadOnly) return false;
  if (seen !== null) {
    if (!isOurs(following, seen.progress)) return false;
    if (performance.now() - following.seenAtMs < takeOverMs) return false;
  }
  return take(following, seen, await ownProgress(following, seen?.progress ?? null));
}

function isOurs(following: Following, { databaseId, mappingVersion, reindexFor }: Progress): boolean {
  if (mappingVersion > MAPPING_VERSION) return false;
  if ((reindexFor ?? databaseId) === following.databaseId) {
    following.isForeign = false;
    return true;
  }
  if (!following.isForeign) {
    following.log.error('OpenSearch holds the products of another database; "souk reindex" puts this one in its place');
  }
  following.isForeign = true;
  return false;
}

/** What this node goes on from; an index by older rules, a lost or a foreign one means a new index beside it. */
async function ownProgress(following: Following, seen: Progress | null): Promise<Progress> {
  const { server, prefix, log } = following;
  const { client } = server;
  const databaseId = following.databaseId as string;
  const isSame = seen?.databaseId === databaseId;
  const serving = await servingIndex(client, prefix);
  const version = serving === null ? null : await versionOf(client, serving);
  const filling = isSame && seen.filling && (await versionOf(client, seen.filling.index)) === MAPPING_VERSION;
  const isWanted = version !== MAPPING_VERSION || !isSame || seen.reindexFor === databaseId;
  if (isWanted && !filling) log.info({ serving }, 'all products are indexed anew in OpenSearch');
  const index = isWanted && !filling ? await createProductIndex(client, prefix, Date.now()) : null;
  return {
    turn: (seen?.turn ?? 0) + 1,
    databaseId,
    mappingVersion: MAPPING_VERSION,
    feedOffset: isSame ? seen.feedOffset : null,
    currentAtMs: isSame ? seen.currentAtMs : 0,
    // Another shop's products must not be found.
    serving: isSame ? serving : null,
    filling: index === null ? (filling ? seen.filling : null) : { index, afterProductId: 0 },
    reindexFor: null,
  };
}

async function take(following: Following, seen: SeenProgress | null, progress: Progress): Promise<boolean> {
  const { server, prefix } = following;
  following.held = await writeProgress(server.client, prefix, seen, progress);
  following.reader = null;
  following.isSpoilt = false;
  if (following.held === null) return false;
  following.seen = following.held;
  following.seenAtMs = performance.now();
  following.writtenAtMs = following.seenAtMs;
  return true;
}

/** The changes of the feed and, while an index is being filled, a page of all products. */
async function takeTurn(following: Following): Promise<'again' | 'waiting'> {
  const { server, source, prefix, indexer, log } = following;
  const held = following.held as SeenProgress;
  const { turn, serving, filling, feedOffset } = held.progress;
  const askedAtMs = Date.now();
  const reader = await openReader(following, held);
  if (reader === null) return 'again';
  const { keys, offset, caughtUp } = await reader.poll(MAX_KEYS_A_TURN);
  const changed = [...new Set(keys)];
  const put = changed.length === 0 ? [] : await source.load(changed);
  const found = new Set(put.map((document) => document.productId));
  const removed = changed.filter((productId) => !found.has(productId));
  // Not before an offset is saved: whoever goes on after this node must hear of what changed behind the scan.
  const isScanning = filling !== null && feedOffset !== null;
  const scanned = isScanning ? await source.scan(filling.afterProductId, SCAN_PAGE_DOCUMENTS) : [];
  const alias = serving === null ? null : aliasOf(prefix);
  const writing = { alias, filling: filling?.index ?? null, version: turn };
  await writeDocuments(server.client, indexer, writing, { put, removed, scanned }, log);

  const isFilled = isScanning && scanned.length < SCAN_PAGE_DOCUMENTS && caughtUp;
  if (isFilled) await serveFilled(following, filling.index);
  const isNews = changed.length > 0 || filling !== null || offset !== feedOffset;
  if (!isNews && performance.now() - following.writtenAtMs < SIGN_OF_LIFE_MS) return 'waiting';
  const isTaken = await take(following, held, {
    ...held.progress,
    turn: turn + 1,
    feedOffset: offset,
    currentAtMs: caughtUp ? askedAtMs : held.progress.currentAtMs,
    ...(isFilled ? { serving: filling.index, filling: null } : {}),
    ...(isScanning && !isFilled
      ? { filling: { index: filling.index, afterProductId: scanned.at(-1)?.productId ?? filling.afterProductId } }
      : {}),
  });
  if (!isTaken) return 'waiting';
  // take() lets go of the reader for those who come from elsewhere; this one stands where it was saved.
  following.reader = reader;
  if (isFilled) {
    const deleted = await deleteOthers(server.client, prefix, [filling.index]);
    log.info({ index: filling.index, deleted }, 'OpenSearch answers from the new index');
  }
  return !caughtUp || (filling !== null && !isFilled) ? 'again' : 'waiting';
}

async function serveFilled({ server, prefix }: Following, index: string): Promise<void> {
  // Deleted by somebody, it came back with the next write, and without its mapping.
  if ((await versionOf(server.client, index)) !== MAPPING_VERSION) throw new Error(`${index} is not what was filled`);
  await serve(server.client, prefix, index);
}

/** null: the feed does not reach back to the offset, so everything is indexed anew. */
async function openReader(following: Following, held: SeenProgress): Promise<FeedReader | null> {
  if (following.reader !== null) return following.reader;
  const { source, log, server, prefix } = following;
  const { progress } = held;
  try {
    following.reader = await source.openFeed(progress.feedOffset);
    return following.reader;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    log.warn({ err: error }, 'the feed does not reach back to where the index stands, which is made anew');
    const index = await createProductIndex(server.client, prefix, Date.now());
    const filling = { index, afterProductId: 0 };
    await take(following, held, { ...progress, turn: progress.turn + 1, feedOffset: null, filling });
    return null;
  }
}
