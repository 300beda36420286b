// What a drop's statement says, to the letter: its types, and the check of files that come from elsewhere.
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';

export const STATEMENT_FORMAT = 'souk-drop-statement-1';

const strict = { additionalProperties: false } as const;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const Positive = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const At = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' });
const Id = Type.String({ minLength: 1, maxLength: 40 });
const Customer = Type.String({ pattern: '^[\\w-]{22}$' });
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
const Currency = Type.String({ pattern: '^[A-Z]{3}$' });
const Money = { amountMinor: Count, currency: Currency };
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

const ofTicket = { sequence: Positive, at: At, ticketId: Id };
const AnnouncementSchema = Type.Object(
  {
    kind: Type.Literal('announced'),
    sequence: Positive,
    at: At,
    mode: Type.Enum(['open', 'line', 'lottery']),
    opensAt: At,
    perCustomerLimit: Positive,
    holdSeconds: Positive,
    commitment: orNull(Sha256),
    holders: Type.Array(Customer),
  },
  strict,
);
const LineEventSchema = Type.Union([
  AnnouncementSchema,
  Type.Object({ kind: Type.Literal('joined'), ...ofTicket, customer: Customer, place: orNull(Positive) }, strict),
  Type.Object({ kind: Type.Literal('drawn'), sequence: Positive, at: At, seed: Sha256, tickets: Count }, strict),
  Type.Object({ kind: Type.Literal('granted'), ...ofTicket, place: Positive }, strict),
  Type.Object({ kind: Type.Literal('bought'), ...ofTicket, customer: Customer }, strict),
  Type.Object({ kind: Type.Literal('lapsed'), ...ofTicket }, strict),
  Type.Object({ kind: Type.Literal('left'), ...ofTicket, place: orNull(Positive) }, strict),
  Type.Object({ kind: Type.Literal('returned'), ...ofTicket, customer: Customer }, strict),
]);

const Refund = Type.Object({ amountMinor: Count, state: Type.Enum(['due', 'done']) }, strict);

const StatementSchema = Type.Object(
  {
    productId: Id,
    sellerId: Id,
    title: Type.String(),
    madeAt: At,
    stock: Type.Object(
      {
        total: Count,
        available: Count,
        changes: Type.Array(
          Type.Object({ at: At, units: Type.Integer(), reason: Type.Enum(['initial', 'import', 'seller']) }, strict),
        ),
      },
      strict,
    ),
    events: Type.Array(LineEventSchema),
    holds: Type.Array(
      Type.Object(
        { reservationId: Id, customer: Customer, state: Type.Enum(['held', 'paying']), expiresAt: At },
        strict,
      ),
    ),
    sales: Type.Array(
      Type.Object(
        {
          reservationId: Id,
          customer: Customer,
          soldAt: At,
          receiptNumber: Positive,
          ...Money,
          state: Type.Enum(['sold', 'returned']),
          refund: orNull(Refund),
        },
        strict,
      ),
    ),
    /** Charges that came when no unit was left. */
    unsold: Type.Array(Type.Object({ customer: Customer, capturedAt: At, ...Money, refund: Refund }, strict)),
    totals: Type.Object(
      {
        joined: Count,
        granted: Count,
        bought: Count,
        lapsed: Count,
        left: Count,
        returned: Count,
        lateSales: Count,
        waiting: Count,
        held: Count,
        sold: Count,
        /** Of all holds of the product, those outside a line included. */
        holdsExpired: Count,
        holdsReleased: Count,
        refunds: Count,
        receipts: orNull(Type.Object({ count: Positive, first: Positive, last: Positive }, strict)),
        money: Type.Array(Type.Object({ currency: Currency, capturedMinor: Count, refundedMinor: Count }, strict)),
      },
      strict,
    ),
  },
  strict,
);

const SignedStatementSchema = Type.Object(
  {
    format: Type.Literal(STATEMENT_FORMAT),
    statement: StatementSchema,
    sha256: Sha256,
    publicKey: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    signature: Type.String({ pattern: '^[0-9a-f]{128}$' }),
  },
  strict,
);

export type LineEvent = Static<typeof LineEventSchema>;
export type Announcement = Static<typeof AnnouncementSchema>;
export type DropStatement = Static<typeof StatementSchema>;
export type SignedStatement = Static<typeof SignedStatementSchema>;

export type Reading = { kind: 'read'; signed: SignedStatement } | { kind: 'unreadable'; reasons: string[] };

const MAX_REASONS = 5;
let compiled: ReturnType<typeof Compile<typeof SignedStatementSchema>> | undefined;

export function readStatement(text: string): Reading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'unreadable', reasons: ['it is no JSON'] };
  }
  // Compiled, because a drop's statement has a hundred thousand events; and only when one is read.
  compiled ??= Compile(SignedStatementSchema);
  if (compiled.Check(value)) return { kind: 'read', signed: value };
  const reasons = compiled
    .Errors(value)
    .slice(0, MAX_REASONS)
    .map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  return { kind: 'unreadable', reasons };
}
