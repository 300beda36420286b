// Joining the line of a drop: one statement for all who came meanwhile, and whoever is in already keeps the place.
import { type Batcher, createBatcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import { type JoinRow, runJoinLine } from './store-lines.ts';
import { type JoinOutcome, positionOf, type Ticket } from './ticket.ts';
import type { LineWatch } from './watch-lines.ts';

export type Joiner = { userId: number; ticketId: string };
export type Joining = Batcher<Joiner, JoinOutcome>;

const MAX_BATCH_JOINERS = 1_000;
const MAX_QUEUED_JOINERS = 20_000;
const MAX_PRODUCTS_IN_FLIGHT = 4;
const RETRY_FOR_MS = 5_000;

export function openJoining(db: Database, lines: Pick<LineWatch, 'line'>): Joining {
  return createBatcher<Joiner, JoinOutcome>({
    maxBatchItems: MAX_BATCH_JOINERS,
    maxQueuedItems: MAX_QUEUED_JOINERS,
    maxKeysInFlight: MAX_PRODUCTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
    run: async (productId, joiners) => {
      const row = await runJoinLine(
        db,
        productId,
        null,
        joiners.map((one) => one.userId),
        joiners.map((one) => one.ticketId),
      );
      const departed = lines.line(productId)?.departed ?? new Float64Array();
      return outcomesOf(productId, joiners, row, departed);
    },
  });
}

function outcomesOf(
  productId: number,
  joiners: readonly Joiner[],
  row: JoinRow,
  departed: Float64Array,
): JoinOutcome[] {
  if (row.outcome === 'unknown-product') return joiners.map(() => ({ kind: 'product-not-found' }));
  if (row.outcome === 'no-line') return joiners.map(() => ({ kind: 'no-line' }));
  const tickets = ticketsByUser(productId, row);
  const limited = new Set(row.limited);
  return joiners.map(({ userId }) => {
    const ticket = tickets.get(userId);
    if (limited.has(userId)) return { kind: 'purchase-limit', limit: row.limit_each ?? 0 };
    if (!ticket) throw new Error(`join_line(${productId}) left out a buyer`);
    return {
      kind: 'in-line',
      ticket,
      position: positionOf(ticket.place, { head: row.head, departed }),
      waiting: row.waiting_now,
      opensAt: row.opens,
    };
  });
}

function ticketsByUser(productId: number, row: JoinRow): Map<number, Ticket> {
  const tickets = new Map<number, Ticket>();
  row.ticket_users?.forEach((userId, n) => {
    const [ticketId, state] = [row.ticket_ids?.[n], row.ticket_states?.[n]];
    if (!ticketId || !state) throw new Error('join_line answered arrays of unequal length');
    tickets.set(userId, { ticketId, productId, userId, state, place: row.ticket_places?.[n] ?? null });
  });
  return tickets;
}
