// The change feed: which keys of a topic changed, in no particular order, none ever missed.
//
// A transaction that began early may commit late, so "everything after the last row seen" would skip it. Rows carry their
// transaction's id (xid8). Everything below the oldest transaction still running (pg_snapshot_xmin) is settled: the offset
// moves up to there and no further. Rows above it are delivered too, at once, and remembered until the offset passes them,
// so one long transaction delays nobody else's news.
import { type Database, sql } from './db.ts';

export type FeedReader = { poll(maxKeys: number): Promise<{ keys: number[]; offset: string; caughtUp: boolean }> };

const MAX_REMEMBERED_ROWS = 200_000;

const readNow = sql('feed_now', 'select pg_snapshot_xmin(pg_current_snapshot())::text as settled');
// The limit applies to both halves apart: unsettled rows are read again on every poll, and must not crowd out settled ones.
const readChanges = sql(
  'feed_changes',
  `select xid::text as xid, key, xid < pg_snapshot_xmin(pg_current_snapshot()) as settled,
          pg_snapshot_xmin(pg_current_snapshot())::text as settled_below
   from feed_change
   where topic = $1 and (xid, key) > ($2::xid8, $3::bigint)
   order by xid, key limit $4`,
);
const prune = sql(
  'feed_prune',
  `with gone as (
     delete from feed_change where at < clock_timestamp() - make_interval(hours => $1) and xid < pg_snapshot_xmin(pg_current_snapshot())
     returning xid)
   update feed_horizon set pruned_xid = greatest(pruned_xid, (select max(xid) from gone)) where exists (select 1 from gone)`,
);
const readHorizon = sql('feed_horizon', 'select pruned_xid::text as pruned from feed_horizon');

type Row = { xid: string; key: number; settled: boolean; settled_below: string };

/** Everything that commits after this moment will be delivered to a reader opened at the offset returned. */
export async function currentFeedOffset(db: Database): Promise<string> {
  const [row] = await db.query<{ settled: string }>(readNow);
  if (!row) throw new Error('the database did not say its snapshot');
  return `${row.settled}:0`;
}

/** Reads from an offset (`xid:key`, as poll returned it). Unknown text is refused: the caller rebuilds. */
export function openFeedReader(db: Database, topic: string, offset: string): FeedReader {
  const match = /^(\d{1,20}):(\d{1,16})$/.exec(offset);
  if (!match?.[1] || !match[2]) throw new RangeError(`no feed offset: ${offset}`);
  // The offset names the last settled row taken; a whole transaction counts as not taken (key 0) when we only know xmin.
  let xid = match[1];
  let key = Number(match[2]);
  const early = new Set<string>();

  return {
    async poll(maxKeys) {
      const limit = maxKeys + early.size;
      const rows = await db.query<Row>(readChanges, [topic, xid, key, limit]);
      const keys = new Set<number>();
      for (const row of rows) {
        const name = `${row.xid}:${row.key}`;
        if (!early.has(name)) keys.add(row.key);
        if (row.settled) {
          early.delete(name);
          xid = row.xid;
          key = row.key;
        } else if (early.size < MAX_REMEMBERED_ROWS) {
          early.add(name);
        }
      }
      return { keys: [...keys], offset: `${xid}:${key}`, caughtUp: rows.length < limit };
    },
  };
}

/** Rows older than this are gone, so a node whose snapshot is older must rebuild from a scan. */
const FEED_KEPT_HOURS = 48;

export async function pruneFeed(db: Database): Promise<void> {
  await db.query(prune, [FEED_KEPT_HOURS]);
}

/** Whether every change since the offset is still in the feed. */
export async function feedReaches(db: Database, offset: string): Promise<boolean> {
  const [row] = await db.query<{ pruned: string }>(readHorizon);
  return BigInt(offset.split(':')[0] ?? '0') > BigInt(row?.pruned ?? '0');
}
