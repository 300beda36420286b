// Every SQL statement of the provider's charges, refunds and card tokens. Those of its webhooks are in store-webhooks.ts.
import { type Queryable, sql } from '../lib/db.ts';
import type { ChargeState } from './tokens.ts';

export type Charge = {
  charge_id: string;
  idempotency_key: string;
  request_hash: Buffer;
  amount_minor: number;
  currency: string;
  description: string;
  return_url: string;
  state: ChargeState;
  decline_code: string | null;
  brand: string | null;
  last4: string | null;
  settle_at: Date | null;
  captured_at: Date | null;
  refunded_minor: number;
};

export type NewCharge = {
  chargeId: string;
  idempotencyKey: string;
  requestHash: Buffer;
  cardToken: string | null;
  amountMinor: number;
  currency: string;
  description: string;
  returnUrl: string;
  state: ChargeState;
  declineCode: string | null;
  brand: string | null;
  last4: string | null;
  settleSeconds: number | null;
  webhookCopies: number;
};

const CHARGE_COLUMNS = `charge_id, idempotency_key, request_hash, amount_minor, currency, description, return_url, state,
  decline_code, brand, last4, settle_at, captured_at, refunded_minor`;

// Keys are inserted in order: two processes whose batches share two keys would otherwise deadlock.
// Copies of one event are made newest first and sent a second apart: duplicated and out of order, as networks do it.
const insertChargesSql = sql(
  'sandbox_insert_charges',
  `with item as (
     select * from unnest($1::text[], $2::text[], $3::bytea[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[],
                          $9::text[], $10::text[], $11::text[], $12::text[], $13::int[], $14::int[])
       as i(charge_id, idempotency_key, request_hash, card_token, amount_minor, currency, description, return_url,
            state, decline_code, brand, last4, settle_seconds, copies)),
   made as (
     insert into sandbox.charge (charge_id, idempotency_key, request_hash, card_token, amount_minor, currency, description,
       return_url, state, decline_code, brand, last4, settle_at, captured_at)
     select charge_id, idempotency_key, request_hash, card_token, amount_minor, currency, description, return_url, state,
            decline_code, brand, last4, clock_timestamp() + make_interval(secs => settle_seconds),
            case when state = 'succeeded' then clock_timestamp() end
     from item order by idempotency_key
     on conflict do nothing
     returning ${CHARGE_COLUMNS}),
   news as (
     insert into sandbox.webhook (event_id, type, idempotency_key, created_at, next_attempt_at)
     select 'evt_' || made.charge_id, 'charge.' || made.state, made.idempotency_key,
            now() - make_interval(secs => copy), now() + make_interval(secs => copy)
     from made join item using (charge_id) cross join generate_series(0, item.copies - 1) as copy
     where made.state in ('succeeded', 'declined'))
   select ${CHARGE_COLUMNS} from made`,
);

export function insertCharges(db: Queryable, charges: readonly NewCharge[]): Promise<Charge[]> {
  return db.query<Charge>(insertChargesSql, [
    charges.map((one) => one.chargeId),
    charges.map((one) => one.idempotencyKey),
    charges.map((one) => one.requestHash),
    charges.map((one) => one.cardToken),
    charges.map((one) => one.amountMinor),
    charges.map((one) => one.currency),
    charges.map((one) => one.description),
    charges.map((one) => one.returnUrl),
    charges.map((one) => one.state),
    charges.map((one) => one.declineCode),
    charges.map((one) => one.brand),
    charges.map((one) => one.last4),
    charges.map((one) => one.settleSeconds),
    charges.map((one) => one.webhookCopies),
  ]);
}

const findChargesSql = sql(
  'sandbox_find_charges',
  `select ${CHARGE_COLUMNS} from sandbox.charge where idempotency_key = any ($1::text[])`,
);

export function findChargesByKeys(db: Queryable, idempotencyKeys: readonly string[]): Promise<Charge[]> {
  return db.query<Charge>(findChargesSql, [idempotencyKeys]);
}

const findChargeSql = sql('sandbox_find_charge', `select ${CHARGE_COLUMNS} from sandbox.charge where charge_id = $1`);

export async function findChargeById(db: Queryable, chargeId: string): Promise<Charge | undefined> {
  const [charge] = await db.query<Charge>(findChargeSql, [chargeId]);
  return charge;
}

const settleDueSql = sql(
  'sandbox_settle_due',
  `with due as (
     select charge_id from sandbox.charge where settle_at <= clock_timestamp()
     order by settle_at limit $2 for update skip locked),
   settled as (
     update sandbox.charge c
     set state = case c.state when 'processing' then 'succeeded' else 'declined' end,
         captured_at = case c.state when 'processing' then clock_timestamp() end,
         decline_code = case c.state when 'processing' then null else $1 end,
         settle_at = null
     from due where c.charge_id = due.charge_id
     returning c.charge_id, c.state, c.idempotency_key),
   news as (
     insert into sandbox.webhook (event_id, type, idempotency_key, created_at, next_attempt_at)
     select 'evt_' || charge_id, 'charge.' || state, idempotency_key, now(), now() from settled)
   select charge_id from settled`,
);

/** Decides charges whose time has come: slow ones succeed, those that waited for a buyer in vain are declined. */
export async function settleDueCharges(db: Queryable, abandonedCode: string, maxCharges: number): Promise<number> {
  return (await db.query(settleDueSql, [abandonedCode, maxCharges])).length;
}

const decideSql = sql(
  'sandbox_decide_charge',
  `with decided as (
     update sandbox.charge
     set state = case when $2::text is null then 'succeeded' else 'declined' end,
         captured_at = case when $2::text is null then clock_timestamp() end,
         decline_code = $2, settle_at = null
     where charge_id = $1 and state = 'requires_action'
     returning charge_id, state, idempotency_key),
   news as (
     insert into sandbox.webhook (event_id, type, idempotency_key, created_at, next_attempt_at)
     select 'evt_' || charge_id, 'charge.' || state, idempotency_key, now(), now() from decided)
   select charge_id from decided`,
);

/** The buyer's answer to the bank; a charge that is decided already stays as it is. */
export async function decideCharge(db: Queryable, chargeId: string, declineCode: string | null): Promise<boolean> {
  return (await db.query(decideSql, [chargeId, declineCode])).length > 0;
}

export type ListedCharge = Pick<
  Charge,
  | 'charge_id'
  | 'idempotency_key'
  | 'state'
  | 'decline_code'
  | 'amount_minor'
  | 'currency'
  | 'refunded_minor'
  | 'captured_at'
>;

// Ids are random, so a page never depends on the order in which transactions committed.
const listChargesSql = sql(
  'sandbox_list_charges',
  `select charge_id, idempotency_key, state, decline_code, amount_minor, currency, refunded_minor, captured_at
   from sandbox.charge where charge_id > $1 order by charge_id limit $2`,
);

export function listCharges(db: Queryable, afterChargeId: string, maxCharges: number): Promise<ListedCharge[]> {
  return db.query<ListedCharge>(listChargesSql, [afterChargeId, maxCharges]);
}

export type Balance = { currency: string; captured: number; charges: number; refunded: number; refunds: number };

const balanceSql = sql(
  'sandbox_balance',
  `select c.currency, coalesce(sum(c.amount_minor), 0)::bigint as captured, count(*) as charges,
          coalesce(sum(r.refunded), 0)::bigint as refunded, coalesce(sum(r.refunds), 0)::bigint as refunds
   from sandbox.charge c
   left join (select charge_id, sum(amount_minor) as refunded, count(*) as refunds from sandbox.refund group by charge_id) r
     using (charge_id)
   where c.state = 'succeeded' group by c.currency order by c.currency`,
);

export function readBalance(db: Queryable): Promise<Balance[]> {
  return db.query<Balance>(balanceSql);
}

export type CardToken = {
  token: string;
  acts_as: string;
  brand: string;
  last4: string;
  fingerprint: string;
  expired: boolean;
};

const insertCardTokenSql = sql(
  'sandbox_insert_card_token',
  `insert into sandbox.card_token (token, acts_as, brand, last4, fingerprint, expires_at)
   values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))`,
);

export async function insertCardToken(
  db: Queryable,
  card: { token: string; actsAs: string; brand: string; last4: string; fingerprint: string },
  lifeSeconds: number,
): Promise<void> {
  await db.query(insertCardTokenSql, [card.token, card.actsAs, card.brand, card.last4, card.fingerprint, lifeSeconds]);
}

const findCardTokensSql = sql(
  'sandbox_find_card_tokens',
  // Tokens from before there were fingerprints are each a card of their own.
  `select token, acts_as, brand, last4, coalesce(fingerprint, token) as fingerprint, expires_at <= now() as expired from sandbox.card_token
   where token = any ($1::text[])`,
);

export function findCardTokens(db: Queryable, tokens: readonly string[]): Promise<CardToken[]> {
  return db.query<CardToken>(findCardTokensSql, [tokens]);
}

const deleteCardTokenSql = sql(
  'sandbox_delete_card_token',
  'delete from sandbox.card_token where token = $1 returning token',
);

/** False: there was none. */
export async function deleteCardToken(db: Queryable, token: string): Promise<boolean> {
  return (await db.query(deleteCardTokenSql, [token])).length > 0;
}

const deleteCardTokensSql = sql(
  'sandbox_delete_card_tokens',
  `delete from sandbox.card_token where token in (
     select token from sandbox.card_token where expires_at < now() - make_interval(secs => $1)
     order by expires_at limit $2)`,
);

export async function deleteOldCardTokens(db: Queryable, keptSeconds: number, maxTokens: number): Promise<void> {
  await db.query(deleteCardTokensSql, [keptSeconds, maxTokens]);
}

export type Refund = { refund_id: string; request_hash: Buffer; amount_minor: number; created_at: Date };

const lockChargeSql = sql(
  'sandbox_lock_charge',
  `select ${CHARGE_COLUMNS} from sandbox.charge where idempotency_key = $1 for no key update`,
);

export async function lockChargeByKey(tx: Queryable, idempotencyKey: string): Promise<Charge | undefined> {
  const [charge] = await tx.query<Charge>(lockChargeSql, [idempotencyKey]);
  return charge;
}

const findRefundSql = sql(
  'sandbox_find_refund',
  'select refund_id, request_hash, amount_minor, created_at from sandbox.refund where idempotency_key = $1',
);

export async function findRefundByKey(db: Queryable, idempotencyKey: string): Promise<Refund | undefined> {
  const [refund] = await db.query<Refund>(findRefundSql, [idempotencyKey]);
  return refund;
}

const insertRefundSql = sql(
  'sandbox_insert_refund',
  `with made as (
     insert into sandbox.refund (refund_id, idempotency_key, request_hash, charge_id, amount_minor)
     values ($1, $2, $3, $4, $5) on conflict do nothing
     returning refund_id, idempotency_key, request_hash, charge_id, amount_minor, created_at),
   taken as (
     update sandbox.charge c set refunded_minor = c.refunded_minor + made.amount_minor
     from made where c.charge_id = made.charge_id),
   news as (
     insert into sandbox.webhook (event_id, type, idempotency_key, created_at, next_attempt_at)
     select 'evt_' || refund_id, 'refund.succeeded', idempotency_key, now(), now() from made)
   select refund_id, request_hash, amount_minor, created_at from made`,
);

export async function insertRefund(
  tx: Queryable,
  refund: { refundId: string; idempotencyKey: string; requestHash: Buffer; chargeId: string; amountMinor: number },
): Promise<Refund | undefined> {
  const [made] = await tx.query<Refund>(insertRefundSql, [
    refund.refundId,
    refund.idempotencyKey,
    refund.requestHash,
    refund.chargeId,
    refund.amountMinor,
  ]);
  return made;
}
