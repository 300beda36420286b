// Charging. Requests that come while a statement runs share the next one; the unique key decides who was first.
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBatcher } from '../lib/batcher.ts';
import type { Queryable } from '../lib/db.ts';
import {
  type Charge,
  findCardTokens,
  findChargeById,
  findChargesByKeys,
  insertCharges,
  type NewCharge,
  settleDueCharges,
} from './store.ts';
import { type Behaviour, fixedBehaviour, isCardToken, isSavedCardToken, refusal } from './tokens.ts';

const MAX_BATCH_CHARGES = 200;
const MAX_QUEUED_CHARGES = 5_000;
const RETRY_LOST_CONNECTION_MS = 5_000;
const SLOW_SECONDS = 5;
// Buyers leave 3-D Secure pages open and walk away; the shop must hear of it some day.
const ACTION_SECONDS = 600;
const SETTLE_POLL_MS = 50;
const MAX_SETTLED_AT_ONCE = 500;
const ID_RANDOM_BYTES = 15;

export type ChargeRequest = {
  idempotencyKey: string;
  amountMinor: number;
  currency: string;
  token: string;
  description: string;
  returnUrl: string;
};

export type ChargeAnswer =
  | { kind: 'charge'; charge: Charge }
  /** tok_timeout: charged, and the caller shall not hear of it. */
  | { kind: 'charged-in-silence' }
  | { kind: 'broken' }
  | { kind: 'key-reused' }
  | { kind: 'overloaded' };

export type Charges = {
  create(request: ChargeRequest): Promise<ChargeAnswer>;
  /** Decides open charges whose time has come. */
  settleDue(): Promise<void>;
  drain(): Promise<void>;
};

type Item = { chargeId: string; requestHash: Buffer; request: ChargeRequest };
type Placed = { charge: Charge; silent: boolean } | { charge: undefined };

export function openCharges(db: Queryable, onNews: () => void): Charges {
  const batcher = createBatcher<Item, Placed>({
    run: async (_key, items) => {
      const placed = await placeCharges(db, items);
      onNews();
      return placed;
    },
    maxBatchItems: MAX_BATCH_CHARGES,
    maxQueuedItems: MAX_QUEUED_CHARGES,
    maxKeysInFlight: 1,
    retryForMs: RETRY_LOST_CONNECTION_MS,
  });

  async function settleDue(): Promise<void> {
    if ((await settleDueCharges(db, 'authentication_abandoned', MAX_SETTLED_AT_ONCE)) > 0) onNews();
  }

  return {
    async create(request) {
      if (fixedBehaviour(request.token)?.answer === 'error') return { kind: 'broken' };
      const item = { chargeId: newId('ch'), requestHash: hashOf(request), request };
      const placed = await batcher.submit(0, item);
      if ('kind' in placed) return placed;
      if (!placed.charge?.request_hash.equals(item.requestHash)) return { kind: 'key-reused' };
      // A repeat of the request is answered: it is the first answer that got lost.
      if (placed.silent && placed.charge.charge_id === item.chargeId) return { kind: 'charged-in-silence' };
      return { kind: 'charge', charge: await waitWhileProcessing(db, placed.charge, settleDue) };
    },
    settleDue,
    drain: () => batcher.drain(),
  };
}

async function placeCharges(db: Queryable, items: readonly Item[]): Promise<Placed[]> {
  const behaviourOf = await resolveTokens(db, new Set(items.map((item) => item.request.token)));
  const wanted = items.map((item) => newCharge(item, behaviourOf(item.request.token)));
  const placed = await insertOrFind(db, wanted);
  // Neither made nor found by its key: then it was the card token that another charge has spent.
  const spent = items.filter((item) => !placed.has(item.request.idempotencyKey));
  if (spent.length > 0) {
    const refused = spent.map((item) => newCharge(item, refusal('token_already_used')));
    for (const [key, charge] of await insertOrFind(db, refused)) placed.set(key, charge);
  }
  return items.map((item) => {
    const charge = placed.get(item.request.idempotencyKey);
    return charge ? { charge, silent: behaviourOf(item.request.token).answer === 'never' } : { charge: undefined };
  });
}

async function insertOrFind(db: Queryable, wanted: readonly NewCharge[]): Promise<Map<string, Charge>> {
  const charges = new Map((await insertCharges(db, wanted)).map((charge) => [charge.idempotency_key, charge]));
  const known = wanted.map((one) => one.idempotencyKey).filter((key) => !charges.has(key));
  if (known.length > 0)
    for (const charge of await findChargesByKeys(db, known)) charges.set(charge.idempotency_key, charge);
  return charges;
}

async function resolveTokens(db: Queryable, tokens: ReadonlySet<string>): Promise<(token: string) => Behaviour> {
  const unknown = [...tokens].filter((token) => !fixedBehaviour(token) && isCardToken(token));
  const found = new Map<string, Behaviour>();
  for (const card of unknown.length > 0 ? await findCardTokens(db, unknown) : []) {
    const behaviour = fixedBehaviour(card.acts_as);
    if (card.expired) found.set(card.token, refusal('token_expired'));
    else if (behaviour) found.set(card.token, { ...behaviour, brand: card.brand, last4: card.last4 });
  }
  return (token) => fixedBehaviour(token) ?? found.get(token) ?? refusal('invalid_token');
}

const SETTLE_SECONDS = { processing: SLOW_SECONDS, requires_action: ACTION_SECONDS, succeeded: null, declined: null };

function newCharge(item: Item, behaviour: Behaviour): NewCharge {
  const { request } = item;
  const spendsToken = behaviour.brand !== null && !fixedBehaviour(request.token) && !isSavedCardToken(request.token);
  return {
    chargeId: item.chargeId,
    idempotencyKey: request.idempotencyKey,
    requestHash: item.requestHash,
    cardToken: spendsToken ? request.token : null,
    amountMinor: request.amountMinor,
    currency: request.currency,
    description: request.description,
    returnUrl: request.returnUrl,
    state: behaviour.state,
    declineCode: behaviour.declineCode,
    brand: behaviour.brand,
    last4: behaviour.last4,
    settleSeconds: SETTLE_SECONDS[behaviour.state],
    webhookCopies: behaviour.webhookCopies,
  };
}

/** Whoever asks while a slow charge is under way hears its end, however often it is asked. */
async function waitWhileProcessing(db: Queryable, first: Charge, settleDue: () => Promise<void>): Promise<Charge> {
  let charge = first;
  while (charge.state === 'processing') {
    const leftMs = (charge.settle_at?.getTime() ?? 0) - Date.now();
    // The database's clock may differ from ours, so we never wait longer than a whole slow charge takes.
    await sleep(Math.min(Math.max(leftMs, SETTLE_POLL_MS), SLOW_SECONDS * 1000));
    await settleDue();
    charge = (await findChargeById(db, charge.charge_id)) ?? charge;
  }
  return charge;
}

export function newId(prefix: 'ch' | 're'): string {
  return `${prefix}_${randomBytes(ID_RANDOM_BYTES).toString('hex')}`;
}

/** Tells two requests with the same key apart. The token is kept nowhere else: a caller's mistake may put a card number there. */
export function hashOf(request: object): Buffer {
  return createHash('sha256').update(JSON.stringify(request)).digest();
}
