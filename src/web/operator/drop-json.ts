// A drop as operators get it, and as the live page is told of it.
import { type Static, Type } from 'typebox';
import { DROP_STATES, type DropSummary, ENTRY_CONDITIONS } from '../../modules/inventory/index.ts';
import { Nullable, Time } from '../kit/schemas.ts';
import type { DropView } from './drop-board.ts';

export const EntryConditionSchema = Type.Enum(ENTRY_CONDITIONS, {
  description:
    'What a buyer must bring besides being signed in. proof-of-work: GET /product/{productId}/proof. verified-mail: POST /me/verify-mail. payment-method: GET /me/payment-methods.',
});
const Count = Type.Integer({ minimum: 0 });
const Rate = Type.Number({ minimum: 0 });

const terms = {
  productId: Type.String(),
  title: Type.String(),
  state: Type.Enum(DROP_STATES),
  mode: Type.Enum(['open', 'line', 'lottery']),
  opensAt: Time,
  perCustomerLimit: Nullable(Type.Integer()),
  holdSeconds: Type.Integer(),
  entryCondition: EntryConditionSchema,
};

export const DropListJson = Type.Object({
  items: Type.Array(Type.Object({ ...terms, total: Count, available: Count, waiting: Count })),
  page: Type.Integer(),
  size: Type.Integer(),
  total: Count,
});

export const DropJson = Type.Object({
  ...terms,
  at: Time,
  stock: Type.Object({
    total: Count,
    available: Count,
    held: Count,
    paying: Count,
    sold: Count,
    returned: Count,
  }),
  line: Type.Object({ waiting: Count }),
  answersPerSecond: Type.Object(
    { yes: Rate, no: Rate, shed: Rate, turnedAway: Rate },
    {
      description:
        'Of this node. yes: a unit or a place. no: sold out, not open, at the limit. shed: 429 and 503. turnedAway: the entry condition was not met.',
    },
  ),
  payments: Type.Object({
    succeeded: Count,
    declined: Count,
    processing: Count,
    requiresAction: Count,
    unsold: Count,
    succeededPerSecond: Rate,
  }),
  expiries: Type.Object({
    past: Count,
    letGo: Count,
    ahead: Type.Array(Type.Object({ fromSeconds: Count, toSeconds: Nullable(Count), holds: Count })),
  }),
  node: Type.Object({
    databaseMs: Nullable(Type.Number({ description: 'Null: the database does not answer; the figures are old' })),
    eventLoopMs: Type.Number({ description: 'p99 of the last second' }),
    memoryMegabytes: Type.Integer(),
    queuedBuyers: Count,
    paymentsUnderWay: Count,
    replicaAgeSeconds: Type.Number(),
    streams: Count,
  }),
});
export type DropDocument = Static<typeof DropJson>;

export function summaryJson(drop: DropSummary, title: string) {
  return { ...termsJson(drop, title), total: drop.total, available: drop.available, waiting: drop.waiting };
}

export function dropJson(view: DropView, title: string, streams: number): DropDocument {
  const { figures, payments, answersPerSecond, paidPerSecond, node } = view;
  const { total, available, held, paying, sold, returned } = figures;
  return {
    ...termsJson(figures, title),
    at: figures.at.toISOString(),
    stock: { total, available, held, paying, sold, returned },
    line: { waiting: figures.waiting },
    answersPerSecond,
    payments: { ...payments, succeededPerSecond: paidPerSecond },
    expiries: { past: figures.expired, letGo: figures.letGo, ahead: figures.expiriesAhead },
    node: { ...node, streams },
  };
}

function termsJson(drop: DropSummary, title: string) {
  const { state, mode, opensAt, perCustomerLimit, holdSeconds, entryCondition } = drop;
  return {
    productId: String(drop.productId),
    title,
    state,
    mode,
    opensAt: opensAt.toISOString(),
    perCustomerLimit,
    holdSeconds,
    entryCondition,
  };
}
