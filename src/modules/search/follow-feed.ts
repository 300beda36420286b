// Keeps the documents up to date: snapshot, scan, then the feed for as long as the node lives.
import { setTimeout } from 'node:timers/promises';
import type { FeedReader } from '../../lib/feed.ts';
import type { Log } from '../../lib/log.ts';
import type { ReplicaDocument } from './document.ts';
import { documentsOfImage, imageParts, stateOfImage } from './engine/image.ts';
import type { Knowledge } from './engine/knowledge.ts';
import { needsPacking, type Packing, pack, packDue, packGrown } from './engine/packing.ts';
import { documentCount, openState, putDocument, removeDocument, type SearchState } from './engine/state.ts';
import type { Follower, Following } from './following.ts';
import { openSlices } from './slices.ts';
import { readSnapshot, setSnapshotAside, snapshotPath, writeSnapshot } from './snapshot.ts';
import type { ReplicaSource } from './source.ts';
import { type Merger, openMerger } from './threads/merger.ts';

const MAX_KEYS_A_POLL = 500;
const SCAN_PAGE_DOCUMENTS = 500;
const SNAPSHOT_EVERY_MS = 180_000;
/** Sooner when so much of the shop changed, as after the first scan or a large import, but not back to back. */
const CHANGED_SHARE = 1 / 4;
const MIN_BETWEEN_SNAPSHOTS_MS = 10_000;
/** A large shop's takes seconds of the disk: at most a twentieth of the time goes into it. */
const PAUSE_FOR_EACH_MS_OF_WRITING = 20;
/** While the database is away, pauses double up to here: a node that comes back is heard within seconds. */
const MAX_RETRY_PAUSE_MS = 5_000;
const MAX_DOUBLINGS = 16;

export async function openFollower(
  directory: string,
  source: ReplicaSource,
  log: Log,
  pollEveryMs: number,
  isReadOnly: boolean,
): Promise<Follower> {
  const following: Following = {
    directory,
    source,
    log,
    state: openState(),
    isReady: false,
    currentAtMs: Number.NEGATIVE_INFINITY,
    databaseId: null,
    feedOffset: null,
    reader: null,
    merger: openMerger(log),
    packing: null,
    snapshotting: null,
    changedDocuments: 0,
    revision: 0,
    snapshotAtMs: 0,
    snapshotTookMs: 0,
    isReadOnly,
    isAway: false,
    closing: new AbortController(),
  };
  await startFromSnapshot(following);
  const first = following.isReady ? null : await attempt(following);
  const loop = follow(following, pollEveryMs, first);
  return {
    state: () => following.state,
    revision: () => following.revision,
    currentAtMs: () => following.currentAtMs,
    ready: () => following.isReady,
    close: async () => {
      following.closing.abort();
      await loop;
      await following.packing;
      await following.snapshotting;
      if (following.changedDocuments > 0 && !isReadOnly) await saveSnapshot(following);
      await following.merger.close();
    },
  };
}

type Attempt = 'caught-up' | 'more' | 'failed';

/** One attempt at a time, each after the one before: polls cannot overlap. */
async function follow(following: Following, pollEveryMs: number, first: Attempt | null): Promise<void> {
  const { signal } = following.closing;
  let outcome = first;
  let failures = outcome === 'failed' ? 1 : 0;
  while (!signal.aborted) {
    if (outcome !== 'more' && outcome !== null) {
      const pauseMs = failures === 0 ? pollEveryMs : Math.min(MAX_RETRY_PAUSE_MS, pollEveryMs * 2 ** failures);
      await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
    }
    outcome = await attempt(following);
    failures = outcome === 'failed' ? Math.min(failures + 1, MAX_DOUBLINGS) : 0;
    packWhatIsDue(following);
    saveInBackground(following);
  }
}

async function attempt(following: Following): Promise<Attempt> {
  const { log } = following;
  try {
    following.reader ??= await connect(following);
    const outcome = (await takeChanges(following, following.reader)) ? 'caught-up' : 'more';
    if (following.isAway) log.info('the search replica follows the database again');
    following.isAway = false;
    return outcome;
  } catch (error) {
    // The reader may have moved on past changes that were not taken; the next one starts from the last that were.
    following.reader = null;
    if (!following.isAway)
      log.warn({ err: error }, 'the search replica cannot follow the database and goes on without');
    following.isAway = true;
    return 'failed';
  }
}

async function connect(following: Following): Promise<FeedReader> {
  const { source, log } = following;
  const databaseId = await source.databaseId();
  if (following.databaseId !== null && following.databaseId !== databaseId) {
    log.warn('the search replica holds products of another database and starts anew');
    if (following.feedOffset !== null) await setAside(following, 'it is of another database');
    // Another shop's products must not be served, not even for the seconds of a scan.
    following.isReady = false;
    following.feedOffset = null;
    following.state = openState(following.state.knowledge);
    following.revision++;
  }
  following.databaseId = databaseId;
  if (following.isReady && following.feedOffset !== null) {
    try {
      return await source.openFeed(following.feedOffset);
    } catch (error) {
      // A feed that does not reach back to the offset, or does not know it.
      if (!(error instanceof RangeError)) throw error;
      log.warn({ err: error }, 'the feed does not reach back to where the search replica stands, which scans anew');
    }
  }
  // The feed before the scan: what changes during the scan is taken again after it.
  const reader = await source.openFeed(null);
  await scanEverything(following);
  return reader;
}

/** True when nothing was left to take. */
async function takeChanges(following: Following, reader: FeedReader): Promise<boolean> {
  const askedAtMs = Date.now();
  const { keys, offset, caughtUp } = await reader.poll(MAX_KEYS_A_POLL);
  const changed = [...new Set(keys)];
  if (changed.length > 0) {
    const missing = new Set(changed);
    const pause = openSlices();
    for (const document of await following.source.load(changed)) {
      missing.delete(document.productId);
      putDocument(following.state, document);
      await pause();
    }
    for (const productId of missing) removeDocument(following.state, productId);
    following.changedDocuments += changed.length;
    following.revision++;
  }
  following.feedOffset = offset;
  if (caughtUp) following.currentAtMs = askedAtMs;
  return caughtUp;
}

/** Into a state of its own that takes the old one's place when complete, so that an old but whole answer is given until then. */
async function scanEverything(following: Following): Promise<void> {
  const startedAtMs = Date.now();
  const state = openState(following.state.knowledge);
  const pause = openSlices();
  let last = 0;
  // Beside the scan: a second core has nothing else to do.
  let packing: Promise<void> | null = null;
  try {
    for (;;) {
      const documents = await following.source.scan(last, SCAN_PAGE_DOCUMENTS);
      for (const document of documents) {
        putDocument(state, document);
        last = document.productId;
        await pause();
      }
      if (packing === null && needsPacking(state)) {
        packing = following.merger.run(packDue(state)).finally(() => {
          packing = null;
        });
      }
      if (documents.length < SCAN_PAGE_DOCUMENTS) break;
      following.closing.signal.throwIfAborted();
    }
  } finally {
    await packing;
  }
  await following.packing;
  following.state = state;
  following.revision++;
  following.currentAtMs = startedAtMs;
  following.isReady = true;
  following.changedDocuments = Math.max(1, documentCount(state));
  following.log.info({ products: documentCount(state), tookMs: Date.now() - startedAtMs }, 'search replica scanned');
}

async function startFromSnapshot(following: Following): Promise<void> {
  const startedAtMs = Date.now();
  const { log, directory } = following;
  const read = await readSnapshot(directory);
  if (read.kind === 'loaded') {
    const { parts, notes, header, isByTheseRules } = read;
    const { knowledge } = following.state;
    following.state = isByTheseRules
      ? stateOfImage(parts, notes, knowledge)
      : await indexAnew(documentsOfImage(parts, notes), knowledge, following.merger);
    following.databaseId = header.databaseId;
    following.feedOffset = header.feedOffset;
    following.currentAtMs = header.currentAtMs;
    following.isReady = true;
    const products = documentCount(following.state);
    log.info({ products, tookMs: Date.now() - startedAtMs, isByTheseRules }, 'search replica loaded');
  } else if (read.kind === 'damaged') await setAside(following, read.reason);
}

async function indexAnew(
  documents: Iterable<ReplicaDocument>,
  knowledge: Knowledge,
  merger: Merger,
): Promise<SearchState> {
  const state = openState(knowledge);
  const pause = openSlices();
  for (const document of documents) {
    putDocument(state, document);
    await pause();
    if (needsPacking(state)) await merger.run(packDue(state));
  }
  return state;
}

async function setAside(following: Following, reason: string): Promise<void> {
  const { directory, log, isReadOnly } = following;
  if (isReadOnly) return;
  try {
    log.warn({ reason, keptAs: await setSnapshotAside(directory) }, 'the snapshot of the search replica is not usable');
  } catch (error) {
    log.warn({ err: error, reason, path: snapshotPath(directory) }, 'the unusable snapshot could not be set aside');
  }
}

function packWhatIsDue(following: Following): void {
  if (following.packing === null && needsPacking(following.state))
    packInBackground(following, packDue(following.state));
}

function packInBackground(following: Following, work: Packing): void {
  following.packing = following.merger.run(work).finally(() => {
    following.packing = null;
  });
}

function saveInBackground(following: Following): void {
  const { changedDocuments, snapshotting, state, isReadOnly } = following;
  if (changedDocuments === 0 || snapshotting !== null || isReadOnly) return;
  const isMuch = changedDocuments >= documentCount(state) * CHANGED_SHARE;
  const sinceMs = Date.now() - following.snapshotAtMs;
  const pauseMs = isMuch ? MIN_BETWEEN_SNAPSHOTS_MS : SNAPSHOT_EVERY_MS;
  if (sinceMs < Math.max(pauseMs, following.snapshotTookMs * PAUSE_FOR_EACH_MS_OF_WRITING)) return;
  following.snapshotting = saveSnapshot(following).finally(() => {
    following.snapshotting = null;
  });
}

/** Nothing is packed, and nothing will be before the caller's next pause. */
async function packingEnd(following: Following): Promise<void> {
  while (following.packing !== null) await following.packing;
}

async function saveSnapshot(following: Following): Promise<void> {
  const { directory, log, state, changedDocuments } = following;
  following.changedDocuments = 0;
  following.snapshotAtMs = Date.now();
  const { log: documents } = state.documents;
  try {
    await packingEnd(following);
    packInBackground(following, pack(state));
    await packingEnd(following);
    // What came while that went on: little, so at once. Nothing may come in between this and the feed's offset.
    for (const _ of packGrown(state));
    const { databaseId, feedOffset, currentAtMs } = following;
    if (databaseId === null || feedOffset === null || following.state !== state) return;
    documents.isHeld = true;
    await writeSnapshot(directory, { databaseId, feedOffset, currentAtMs }, imageParts(state));
  } catch (error) {
    // A full disk costs the next start some seconds, and nothing else.
    following.changedDocuments += changedDocuments;
    log.error({ err: error }, 'the snapshot of the search replica could not be written');
  } finally {
    documents.isHeld = false;
    following.snapshotTookMs = Date.now() - following.snapshotAtMs;
  }
}
