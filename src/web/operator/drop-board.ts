// The drops that somebody looks at, once a second: their figures from the database, and what this node adds from memory.
// Bounded: so many drops at a time, each with ten minutes of points for its charts.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { problem } from '../../lib/problem.ts';
import { repeat } from '../../lib/repeat.ts';
import { type DropFigures, dropFigures } from '../../modules/inventory/index.ts';
import { loadPaymentCounts, type PaymentCounts } from '../../modules/payments/index.ts';
import { ANSWERS, type AnswerTotals } from '../kit/answer-counts.ts';
import type { Shop } from '../kit/shop.ts';

const EVERY_MS = 1_000;
export const MAX_POINTS = 600; // ten minutes
const MAX_DROPS_WATCHED = 20;
/** After the last look: whoever comes back within it finds the charts without a gap. */
const WATCHED_FOR_MS = 10 * 60_000;
const FULL_RETRY_SECONDS = 30;
const NS_PER_MS = 1e6;

/** What each number of a point is. Units and people are as they stand, the rest is how many a second. */
export const POINT_COLUMNS = [
  'at', // Unix seconds
  'available',
  'held', // or being paid for
  'sold',
  'waiting',
  ...ANSWERS,
  'paid',
  'declined',
  'expired',
  'eventLoopMs',
] as const;
export type Point = number[];

export type NodeHealth = {
  /** Null: it did not answer, and the figures are those of before. */
  databaseMs: number | null;
  eventLoopMs: number;
  memoryMegabytes: number;
  queuedBuyers: number;
  paymentsUnderWay: number;
  replicaAgeSeconds: number;
};
export type DropView = {
  figures: DropFigures;
  payments: PaymentCounts;
  answersPerSecond: AnswerTotals;
  paidPerSecond: number;
  node: NodeHealth;
  point: Point;
};

type Totals = { answers: AnswerTotals; paid: number; declined: number; expired: number; atMs: number };
type Watched = {
  view: DropView;
  totals: Totals;
  points: Point[];
  lookedAtMs: number;
  followers: Set<(view: DropView) => void>;
};

export type DropBoard = {
  /** The newest view; from now on it is kept up to date. Undefined: no drop. */
  look(productId: number): Promise<DropView | undefined>;
  /** An operator changed something: the page they are led back to shows it, and not what was so up to a second before. */
  reread(productId: number): Promise<void>;
  points(productId: number): readonly Point[];
  /** Each new view of a drop that was looked at. Returns how to stop. */
  follow(productId: number, follower: (view: DropView) => void): () => void;
  close(): Promise<void>;
};

type BoardShop = Pick<Shop, 'db' | 'answers' | 'reservations' | 'checkout' | 'replica' | 'log'>;

export function openDropBoard(shop: BoardShop): DropBoard {
  const watched = new Map<number, Watched>();
  const loopDelay = monitorEventLoopDelay({ resolution: 20 });
  loopDelay.enable();
  let eventLoopMs = 0;

  async function view(productId: number, before: Watched | undefined): Promise<Watched | undefined> {
    const startMs = performance.now();
    const [figures, payments] = await Promise.all([
      dropFigures(shop.db, productId),
      loadPaymentCounts(shop.db, productId),
    ]);
    if (!figures) return undefined;
    const atMs = performance.now();
    const totals: Totals = {
      answers: { ...shop.answers.of(productId) },
      paid: payments.succeeded,
      declined: payments.declined,
      expired: figures.expired,
      atMs,
    };
    const rates = ratesOf(before?.totals, totals);
    const point = [
      Math.round(figures.at.getTime() / 1_000),
      figures.available,
      figures.held + figures.paying,
      figures.sold,
      figures.waiting,
      ...ANSWERS.map((answer) => rates.answers[answer]),
      rates.paid,
      rates.declined,
      rates.expired,
      eventLoopMs,
    ];
    const points = before?.points ?? [];
    points.push(point);
    if (points.length > MAX_POINTS) points.shift();
    return {
      view: {
        figures,
        payments,
        answersPerSecond: rates.answers,
        paidPerSecond: rates.paid,
        node: health(shop, atMs - startMs, eventLoopMs),
        point,
      },
      totals,
      points,
      lookedAtMs: before?.lookedAtMs ?? atMs,
      followers: before?.followers ?? new Set(),
    };
  }

  /** A database that is away is the news: those who watch see it, with the figures of before. */
  async function refresh(productId: number, before: Watched): Promise<void> {
    // Just looked at for the first time: a rate over a few milliseconds would be a spike that nobody saw.
    if (performance.now() - before.totals.atMs < EVERY_MS / 2) return;
    const after = await view(productId, before).catch((error: unknown): Watched => {
      shop.log.debug({ err: error, productId }, 'no fresh figures of a drop');
      return { ...before, view: { ...before.view, node: health(shop, null, eventLoopMs) } };
    });
    if (watched.get(productId) !== before) return;
    if (!after) return void watched.delete(productId);
    // Whoever looked meanwhile wrote it into the old one.
    after.lookedAtMs = before.lookedAtMs;
    watched.set(productId, after);
    for (const follower of [...after.followers]) follower(after.view);
  }

  const sampling = repeat('drop-board', EVERY_MS, shop.log, async () => {
    eventLoopMs = Math.round(loopDelay.percentile(99) / NS_PER_MS);
    loopDelay.reset();
    const nowMs = performance.now();
    for (const [productId, one] of watched)
      if (one.followers.size === 0 && nowMs - one.lookedAtMs > WATCHED_FOR_MS) watched.delete(productId);
    await Promise.all([...watched].map(([productId, one]) => refresh(productId, one)));
  });

  function makeRoom(): void {
    if (watched.size < MAX_DROPS_WATCHED) return;
    const idle = [...watched].filter(([, one]) => one.followers.size === 0);
    const [oldest] = idle.sort(([, one], [, other]) => one.lookedAtMs - other.lookedAtMs);
    if (!oldest) throw problem('overloaded', { retryAfterSeconds: FULL_RETRY_SECONDS });
    watched.delete(oldest[0]);
  }

  return {
    async look(productId) {
      const known = watched.get(productId);
      if (known) {
        known.lookedAtMs = performance.now();
        return known.view;
      }
      const fresh = await view(productId, undefined);
      // Of two who look first at the same time the earlier one's is kept: somebody may follow it already.
      const other = watched.get(productId);
      if (!fresh || other) return other?.view;
      makeRoom();
      watched.set(productId, fresh);
      return fresh.view;
    },
    async reread(productId) {
      const figures = await dropFigures(shop.db, productId);
      const known = watched.get(productId);
      // In a new entry, so that a refresh that read before the change finds that it comes too late.
      if (known && figures) watched.set(productId, { ...known, view: { ...known.view, figures } });
    },
    points: (productId) => watched.get(productId)?.points ?? [],
    follow(productId, follower) {
      const followers = watched.get(productId)?.followers;
      followers?.add(follower);
      return () => followers?.delete(follower);
    },
    close: async () => {
      loopDelay.disable();
      await sampling.close();
    },
  };
}

function ratesOf(before: Totals | undefined, after: Totals): Omit<Totals, 'atMs'> {
  const seconds = before ? (after.atMs - before.atMs) / 1_000 : Number.POSITIVE_INFINITY;
  const rate = (was: number | undefined, is: number): number => shortened(Math.max(0, is - (was ?? is)) / seconds);
  const answers = Object.fromEntries(
    ANSWERS.map((answer) => [answer, rate(before?.answers[answer], after.answers[answer])]),
  ) as AnswerTotals;
  return {
    answers,
    paid: rate(before?.paid, after.paid),
    declined: rate(before?.declined, after.declined),
    expired: rate(before?.expired, after.expired),
  };
}

// 600 points of a busy drop are sent at once, and a stream may be 64 KB behind.
function shortened(rate: number): number {
  return rate >= 100 ? Math.round(rate) : Math.round(rate * 10) / 10;
}

function health(shop: BoardShop, databaseMs: number | null, eventLoopMs: number): NodeHealth {
  return {
    databaseMs: databaseMs === null ? null : Math.round(databaseMs * 10) / 10,
    eventLoopMs,
    memoryMegabytes: Math.round(process.memoryUsage.rss() / 1024 / 1024),
    queuedBuyers: shop.reservations.statistics().queuedItems,
    paymentsUnderWay: shop.checkout.underWay.size,
    replicaAgeSeconds: Math.round(Math.min(shop.replica.ageSeconds(), Number.MAX_SAFE_INTEGER) * 10) / 10,
  };
}
