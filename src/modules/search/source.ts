// The port through which a replica gets its data; the top wires it to the catalogue and the inventory.
import type { FeedReader } from '../../lib/feed.ts';
import type { ReplicaDocument } from './document.ts';

export type ReplicaSource = {
  /** A snapshot of another database is foreign. */
  databaseId(): Promise<string>;
  /** null: from now on. Throws a RangeError where the feed does not know the offset or no longer reaches back to it. */
  openFeed(offset: string | null): Promise<FeedReader>;
  /** Active products only, by ascending id. */
  scan(afterProductId: number, limit: number): Promise<ReplicaDocument[]>;
  /** Ids that are missing from the answer are hidden or gone. */
  load(productIds: number[]): Promise<ReplicaDocument[]>;
};
