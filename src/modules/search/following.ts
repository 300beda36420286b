// What a replica knows of how far it has followed the database.
import type { FeedReader } from '../../lib/feed.ts';
import type { Log } from '../../lib/log.ts';
import type { SearchState } from './engine/state.ts';
import type { ReplicaSource } from './source.ts';
import type { Merger } from './threads/merger.ts';

export type Follower = {
  /** Another number, other answers. */
  revision(): number;
  state(): SearchState;
  currentAtMs(): number;
  ready(): boolean;
  close(): Promise<void>;
};

export type Following = {
  directory: string;
  source: ReplicaSource;
  log: Log;
  state: SearchState;
  isReady: boolean;
  currentAtMs: number;
  databaseId: string | null;
  feedOffset: string | null;
  reader: FeedReader | null;
  merger: Merger;
  packing: Promise<void> | null;
  snapshotting: Promise<void> | null;
  /** Since the snapshot; a product twice counts twice. */
  changedDocuments: number;
  /** Counts what was taken over: another number, other answers. */
  revision: number;
  snapshotAtMs: number;
  snapshotTookMs: number;
  isReadOnly: boolean;
  /** The last attempt failed: said once, not with every attempt. */
  isAway: boolean;
  closing: AbortController;
};
