// The statement of a drop: all that happened, for anybody to check without this shop's database, and about nobody by name.
import { createHmac, randomBytes } from 'node:crypto';
import type { Database, Queryable } from '../../lib/db.ts';
import { signStatement } from './sign-statement.ts';
import { loadStatementKey } from './statement-key.ts';
import type { DropStatement, LineEvent } from './statement-schema.ts';
import { takeSnapshot } from './store-audit.ts';
import {
  type LineEventRow,
  loadDropHead,
  loadLineEvents,
  loadOpenHolds,
  loadSales,
  loadStockChanges,
  loadUnsoldCharges,
} from './store-drop-statement.ts';

const EVENTS_A_STATEMENT = 5_000;
const SALT_BYTES = 32;
const PSEUDONYM_CHARACTERS = 22; // 128 bits and more

export type StatementOutcome =
  | { kind: 'made'; statement: DropStatement; file: string[] }
  | { kind: 'not-a-drop' }
  | { kind: 'too-large'; rows: number };

/** `maxRows` bounds the memory it takes: events and reservations, about 500 bytes each. */
export async function makeDropStatement(db: Database, productId: number, maxRows: number): Promise<StatementOutcome> {
  const collected = await db.transaction(async (tx) => {
    await takeSnapshot(tx);
    return collect(tx, productId, maxRows);
  });
  if (collected.kind !== 'collected') return collected;
  const file = await signStatement(collected.statement, await loadStatementKey(db));
  return { kind: 'made', statement: collected.statement, file };
}

type Pseudonym = (userId: number | null) => string;

/** The salt is forgotten, so nobody can try out all the customers' numbers, and two statements cannot be laid side by side. */
function pseudonyms(): Pseudonym {
  const salt = randomBytes(SALT_BYTES);
  const known = new Map<number | null, string>();
  return (userId) => {
    const name =
      known.get(userId) ??
      createHmac('sha256', salt).update(String(userId)).digest('base64url').slice(0, PSEUDONYM_CHARACTERS);
    known.set(userId, name);
    return name;
  };
}

async function collect(
  tx: Queryable,
  productId: number,
  maxRows: number,
): Promise<{ kind: 'collected'; statement: DropStatement } | Exclude<StatementOutcome, { kind: 'made' }>> {
  const head = await loadDropHead(tx, productId);
  if (!head) return { kind: 'not-a-drop' };
  const rows = head.last_event + head.reservations;
  if (rows > maxRows) return { kind: 'too-large', rows };
  const pseudonym = pseudonyms();
  const events: LineEvent[] = [];
  for (let page: LineEventRow[] | undefined; !page || page.length === EVENTS_A_STATEMENT; ) {
    page = await loadLineEvents(tx, productId, events.length, EVENTS_A_STATEMENT);
    for (const row of page) events.push(toEvent(row, pseudonym));
  }
  const parts = {
    events,
    stock: {
      total: head.total,
      available: head.available,
      changes: (await loadStockChanges(tx, productId)).map((row) => ({
        at: row.at.toISOString(),
        units: row.change,
        reason: row.reason,
      })),
    },
    holds: (await loadOpenHolds(tx, productId)).map((row) => ({
      reservationId: row.reservation_id,
      customer: pseudonym(row.user_id),
      state: row.state,
      expiresAt: row.expires_at.toISOString(),
    })),
    sales: (await loadSales(tx, productId)).map((row) => ({
      reservationId: row.reservation_id,
      customer: pseudonym(row.user_id),
      soldAt: row.placed_at.toISOString(),
      receiptNumber: row.number,
      amountMinor: row.price_minor,
      currency: row.currency,
      state: row.state,
      refund: toRefund(row),
    })),
    unsold: (await loadUnsoldCharges(tx, productId)).map((row) => ({
      customer: pseudonym(row.user_id),
      capturedAt: row.captured_at.toISOString(),
      amountMinor: row.amount_minor,
      currency: row.currency,
      refund: toRefund(row) ?? { amountMinor: 0, state: 'due' as const },
    })),
  };
  const totals = {
    ...totalsOf(parts),
    waiting: head.waiting,
    holdsExpired: head.expired_count,
    holdsReleased: head.released_count,
  };
  const { title, seller_id: sellerId, made_at: madeAt } = head;
  const statement = {
    productId: String(productId),
    sellerId: String(sellerId),
    title,
    madeAt: madeAt.toISOString(),
    ...parts,
    totals,
  };
  return { kind: 'collected', statement };
}

type Counted = Pick<DropStatement, 'events' | 'holds' | 'sales' | 'unsold'>;

/** What follows from the rest; who checks a statement adds up again. */
export function totalsOf({
  events,
  holds,
  sales,
  unsold,
}: Counted): Omit<DropStatement['totals'], 'holdsExpired' | 'holdsReleased'> {
  const money = new Map<string, { currency: string; capturedMinor: number; refundedMinor: number }>();
  for (const { currency, amountMinor, refund } of [...sales, ...unsold]) {
    const sum = money.get(currency) ?? { currency, capturedMinor: 0, refundedMinor: 0 };
    sum.capturedMinor += amountMinor;
    sum.refundedMinor += refund?.amountMinor ?? 0;
    money.set(currency, sum);
  }
  const [first, last] = [sales.at(0), sales.at(-1)];
  return {
    ...countTickets(events),
    held: holds.length,
    sold: sales.filter((sale) => sale.state === 'sold').length,
    refunds: [...sales, ...unsold].filter(({ refund }) => refund !== null).length,
    receipts: first && last ? { count: sales.length, first: first.receiptNumber, last: last.receiptNumber } : null,
    money: [...money.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1)),
  };
}

function countTickets(events: readonly LineEvent[]) {
  const counts = { joined: 0, granted: 0, bought: 0, lapsed: 0, left: 0, returned: 0, lateSales: 0, waiting: 0 };
  const waiting = new Set<string>();
  const ended = new Set<string>();
  for (const event of events) {
    if (event.kind === 'announced' || event.kind === 'drawn') continue;
    counts[event.kind]++;
    if (event.kind === 'joined') waiting.add(event.ticketId);
    else waiting.delete(event.ticketId);
    if (event.kind === 'lapsed' || event.kind === 'left') ended.add(event.ticketId);
    if (event.kind === 'bought' && ended.has(event.ticketId)) counts.lateSales++;
  }
  counts.waiting = waiting.size;
  return counts;
}

function toRefund(row: { refund_minor: number | null; refund_state: 'due' | 'done' | null }) {
  if (row.refund_minor === null || row.refund_state === null) return null;
  return { amountMinor: row.refund_minor, state: row.refund_state };
}

function toEvent(row: LineEventRow, pseudonym: Pseudonym): LineEvent {
  const { sequence, kind, place, detail } = row;
  const common = { sequence, at: row.at.toISOString() };
  const ofTicket = { ...common, ticketId: row.ticket_id ?? '' };
  switch (kind) {
    case 'announced': {
      if (!detail || !('mode' in detail) || !row.opens_at)
        throw new Error(`event ${sequence} of a line tells no terms`);
      return {
        ...common,
        ...detail,
        kind,
        opensAt: row.opens_at.toISOString(),
        holders: detail.holders.map(pseudonym),
      };
    }
    case 'drawn':
      if (!detail || !('seed' in detail)) throw new Error(`event ${sequence} of a line tells no seed`);
      return { ...common, ...detail, kind };
    case 'lapsed':
      return { ...ofTicket, kind };
    case 'granted':
      return { ...ofTicket, kind, place: place ?? 0 };
    case 'left':
      return { ...ofTicket, kind, place };
    case 'joined':
      return { ...ofTicket, kind, customer: pseudonym(row.user_id), place };
    default:
      return { ...ofTicket, kind, customer: pseudonym(row.user_id) };
  }
}
