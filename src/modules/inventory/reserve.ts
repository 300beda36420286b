// Buying begins here: a unit for a buyer, in one statement for all who came while the last one ran.

import { LRUCache } from 'lru-cache';
import { type BatcherStatistics, createBatcher, type Overloaded } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import { newKeyedId } from '../../lib/ids.ts';
import { openJoining } from './join-line.ts';
import { openBuyerMemory } from './remember-buyers.ts';
import type { Reservation, ReserveOutcome } from './reservation.ts';
import {
  findOpenHolds,
  type ReserveBatchRow,
  runReserveBatch,
  runReserveBatches,
  type WantedOfProduct,
} from './store.ts';
import { isFinallySoldOut, type Line, type LineWatch } from './watch-lines.ts';

export type Reservations = {
  /** At most one open hold a buyer and product: asking twice gives the same one. A drop with a line gives a place in it. */
  reserve(productId: number, userId: number): Promise<ReserveOutcome>;
  /** What this buyer was told within the last second is what asking again would say, without the database. */
  remembers(productId: number, userId: number): boolean;
  /** This buyer left the line or let a unit go here: what this node remembers of them is out of date. */
  forget(productId: number, userId: number): void;
  statistics(): {
    reserve: BatcherStatistics;
    lookUp: BatcherStatistics;
    join: BatcherStatistics;
    queuedItems: number;
  };
  drain(): Promise<void>;
};

// More in one statement adds nothing to the rate and only makes the last one wait (measured: 1,000 and 2,000 alike).
const MAX_BATCH_BUYERS = 1_000;
const MAX_QUEUED_BUYERS = 20_000;
// A tenth of a second of one product that sells at full speed; four whose rows are locked still leave room for the others.
const MAX_QUEUED_BUYERS_OF_PRODUCT = 5_000;
const MAX_STATEMENTS_IN_FLIGHT = 8;
// A call costs 150 µs whatever it carries, a statement of its own with its commit as much again. 64 add nothing.
const MAX_PRODUCTS_TOGETHER = 32;
// Three times what such a statement takes when all processors are busy: so long a locked product holds up those it shares one with.
const TOGETHER_PATIENCE_MS = 100;
const RETRY_FOR_MS = 5_000;
// How long "sold out" is believed without asking: a unit that comes back is buyable on every node within this.
const SOLD_OUT_BELIEVED_MS = 500;
// "Not open yet" is the database's word, for this machine's clock may be an hour slow; believed so shortly that no node opens late.
const NOT_OPEN_BELIEVED_MS = 100;
const MAX_SOLD_OUT_PRODUCTS = 100_000;
// A unit that comes back after the last one was paid for can be had on every node within a second.
const LINE_BELIEVED_MS = 900;

type BatchOutcome = ReserveOutcome | { kind: 'line' };

// Without a watch the database says itself that there is a line; it only takes one statement more.
const NO_LINES = { line: () => undefined, ageMs: () => Number.POSITIVE_INFINITY };

type Buyer = { userId: number; reservationId: string };

/** `mayHold`: false while those who hold could not pay. Lines go on: their units are given later. */
export function openReservations(
  db: Database,
  lines: Pick<LineWatch, 'line' | 'ageMs'> = NO_LINES,
  mayHold: () => boolean = () => true,
): Reservations {
  const soldOut = new LRUCache<number, true>({ max: MAX_SOLD_OUT_PRODUCTS, ttl: SOLD_OUT_BELIEVED_MS });
  const notOpenYet = new LRUCache<number, Date>({ max: MAX_SOLD_OUT_PRODUCTS, ttl: NOT_OPEN_BELIEVED_MS });
  const memory = openBuyerMemory();

  const bounds = {
    maxBatchItems: MAX_BATCH_BUYERS,
    maxQueuedItems: MAX_QUEUED_BUYERS,
    maxQueuedItemsOfKey: MAX_QUEUED_BUYERS_OF_PRODUCT,
    maxKeysInFlight: MAX_STATEMENTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
  };
  function learn(productId: number, buyers: readonly Buyer[], row: ReserveBatchRow): BatchOutcome[] {
    if (row.outcome === 'done' && row.available_after === 0) soldOut.set(productId, true);
    if (row.outcome === 'not-open-yet' && row.opens) notOpenYet.set(productId, row.opens);
    return outcomesOf(productId, buyers, row);
  }

  const reserving = createBatcher<Buyer, BatchOutcome>({
    ...bounds,
    run: async (productId, buyers) => {
      const { userIds, reservationIds } = wantedBy(productId, buyers);
      const row = await runReserveBatch(db, productId, null, userIds, reservationIds);
      return learn(productId, buyers, row);
    },
    together: {
      maxKeys: MAX_PRODUCTS_TOGETHER,
      run: async (batches) => {
        const wanted = batches.map(({ key: productId, items }) => wantedBy(productId, items));
        const rows = await runReserveBatches(db, wanted, TOGETHER_PATIENCE_MS);
        return batches.map(({ key: productId, items }, n) => learn(productId, items, rows[n] as ReserveBatchRow));
      },
    },
  });
  const joining = openJoining(db, lines);
  // With nothing left the only question is whether this buyer is one of those who hold: a plain read, no lock and no fsync.
  const lookingUp = createBatcher<number, ReserveOutcome>({
    ...bounds,
    run: async (productId, userIds) => {
      const holds = new Map((await findOpenHolds(db, productId, userIds)).map((hold) => [hold.userId, hold]));
      return userIds.map((userId) => {
        const reservation = holds.get(userId);
        return reservation ? { kind: 'already-held', reservation } : { kind: 'sold-out', productId };
      });
    },
  });

  async function join(productId: number, userId: number): Promise<ReserveOutcome | Overloaded> {
    const outcome = await joining.submit(productId, { userId, ticketId: newKeyedId(productId) });
    // The seller took the line away this second: the next press finds the open sale.
    if (outcome.kind === 'no-line') return { kind: 'overloaded' };
    if (outcome.kind !== 'purchase-limit') return outcome;
    // Or a unit is held for them from before the line.
    const held = await lookingUp.submit(productId, userId);
    return held.kind === 'sold-out' ? outcome : held;
  }

  async function ask(productId: number, userId: number, line: Line | undefined): Promise<ReserveOutcome | Overloaded> {
    if (line && line.mode !== 'open') return join(productId, userId);
    if (!mayHold()) {
      const held = await lookingUp.submit(productId, userId);
      return held.kind === 'already-held' ? held : { kind: 'overloaded' };
    }
    const outcome = await reserving.submit(productId, { userId, reservationId: newKeyedId(productId) });
    return outcome.kind === 'line' ? join(productId, userId) : outcome;
  }

  return {
    async reserve(productId, userId): Promise<ReserveOutcome | Overloaded> {
      const line = lines.line(productId);
      const known = memory.recall(productId, userId, line);
      if (known) return known;
      if (line && line.mode !== 'open') {
        if (isFinallySoldOut(line) && lines.ageMs() < LINE_BELIEVED_MS) return { kind: 'sold-out', productId };
      } else {
        const opensAt = notOpenYet.get(productId);
        if (opensAt) return { kind: 'not-open-yet', opensAt };
        if (soldOut.has(productId)) return lookingUp.submit(productId, userId);
      }
      const askedAtMs = performance.now();
      const outcome = await ask(productId, userId, line);
      memory.remember(productId, userId, outcome, askedAtMs);
      return outcome;
    },
    remembers: (productId, userId) => memory.recall(productId, userId, undefined) !== undefined,
    forget: memory.forget,
    statistics: () => ({
      reserve: reserving.statistics(),
      lookUp: lookingUp.statistics(),
      join: joining.statistics(),
      queuedItems: reserving.queuedItems() + lookingUp.queuedItems() + joining.queuedItems(),
    }),
    drain: async () => {
      await Promise.all([reserving.drain(), lookingUp.drain(), joining.drain()]);
    },
  };
}

function wantedBy(productId: number, buyers: readonly Buyer[]): WantedOfProduct {
  return {
    productId,
    userIds: buyers.map((buyer) => buyer.userId),
    reservationIds: buyers.map((buyer) => buyer.reservationId),
  };
}

/** Each buyer's own outcome from the one row that the statement answers. */
function outcomesOf(productId: number, buyers: readonly Buyer[], row: ReserveBatchRow): BatchOutcome[] {
  if (row.outcome === 'unknown-product') return buyers.map(() => ({ kind: 'product-not-found' }));
  if (row.outcome === 'line') return buyers.map(() => ({ kind: 'line' }));
  if (row.outcome === 'closed') return buyers.map(() => ({ kind: 'paused' }));
  if (row.outcome === 'not-open-yet')
    return buyers.map(() => ({ kind: 'not-open-yet', opensAt: row.opens ?? row.expires }));

  const held = (buyer: Buyer): BatchOutcome => ({ kind: 'held', reservation: granted(productId, buyer, row) });
  if (row.granted_count === buyers.length) return buyers.map(held);
  const grantedIds = new Set(row.granted?.split(','));
  const holds = holdsByUser(productId, row);
  const limited = new Set(row.limited);
  return buyers.map((buyer) => {
    if (grantedIds.has(buyer.reservationId)) return held(buyer);
    const hold = holds.get(buyer.userId);
    // The same id: this very request was granted before its connection was lost.
    if (hold) return { kind: hold.reservationId === buyer.reservationId ? 'held' : 'already-held', reservation: hold };
    if (limited.has(buyer.userId)) return { kind: 'purchase-limit', limit: row.limit_each ?? 0 };
    return { kind: 'sold-out', productId };
  });
}

function granted(productId: number, buyer: Buyer, row: ReserveBatchRow): Reservation {
  return {
    reservationId: buyer.reservationId,
    productId,
    userId: buyer.userId,
    state: 'held',
    priceMinor: row.price,
    currency: row.price_currency,
    expiresAt: row.expires,
  };
}

function holdsByUser(productId: number, row: ReserveBatchRow): Map<number, Reservation> {
  const holds = new Map<number, Reservation>();
  const {
    held_users: users,
    held_ids: ids,
    held_states: states,
    held_expires: expires,
    held_prices: prices,
    held_currencies: currencies,
  } = row;
  users?.forEach((userId, n) => {
    const [reservationId, state, expiresAt, priceMinor, currency] = [
      ids?.[n],
      states?.[n],
      expires?.[n],
      prices?.[n],
      currencies?.[n],
    ];
    if (!reservationId || !state || !expiresAt || priceMinor === undefined || !currency)
      throw new Error('reserve_batch answered arrays of unequal length');
    holds.set(userId, { reservationId, productId, userId, state, priceMinor, currency, expiresAt });
  });
  return holds;
}
