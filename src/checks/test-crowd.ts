// Buyers who press until they are told something sure, and what must be true of the books afterwards.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, sql } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { ensureSecrets } from '../lib/secrets.ts';
import { auditBooks, drainCheckout, openCheckout, resolveDuePayments } from '../modules/orders/index.ts';
import { createSandboxProvider, sendDueRefunds } from '../modules/payments/index.ts';
import { ADDRESS } from './fixtures.ts';
import type { Answer, Buyer } from './running-shop.ts';

const ANSWER_TIMEOUT_MS = 20_000;
const RETRY_PAUSE_MS = 100;
const HOUR_MS = 3_600_000;

export type Sure = { buyer: Buyer; answer: Answer; tries: number };
type Ask = { path: string; body: object; headers?: Record<string, string> };

/** One request; undefined where no answer came. */
export async function tryOnce(
  origin: string,
  buyer: Buyer,
  ask: Ask,
): Promise<(Answer & { retryAfter: string | null }) | undefined> {
  try {
    const response = await fetch(origin + ask.path, {
      method: 'POST',
      headers: { ...buyer.headers, ...ask.headers },
      body: JSON.stringify(ask.body),
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const body = (await response.json()) as Record<string, unknown>;
    return { status: response.status, body, retryAfter: response.headers.get('retry-after') };
  } catch {
    return undefined;
  }
}

/** Each buyer asks the nodes in turn until the answer is neither lost nor 503, or the time is over. */
export async function pressUntilSure(crowd: {
  buyers: readonly Buyer[];
  origins: readonly string[];
  ask: Ask;
  timeoutMs: number;
}): Promise<Sure[]> {
  const { buyers, origins, ask, timeoutMs } = crowd;
  const giveUpAt = performance.now() + timeoutMs;
  return Promise.all(
    buyers.map(async (buyer, n) => {
      for (let tries = 1; ; tries++) {
        const answer = await tryOnce(origins[(n + tries) % origins.length] ?? '', buyer, ask);
        // A card that is being charged may be asked about again, like an answer that was lost.
        if (answer && answer.status !== 503 && answer.status !== 202) return { buyer, answer, tries };
        assert.ok(performance.now() < giveUpAt, `buyer ${n} has no answer after ${tries} tries: ${answer?.status}`);
        await sleep(RETRY_PAUSE_MS);
      }
    }),
  );
}

export function purchaseOf(productId: number): Ask {
  return { path: '/product/purchase', body: { productId: String(productId) } };
}

export function paymentOf(productId: number): Ask {
  const paymentDetails = { token: 'tok_visa', shippingAddress: ADDRESS };
  return { path: '/product/payment', body: { productId: String(productId), paymentDetails } };
}

export function countStatuses(sure: readonly Sure[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { answer } of sure) counts[answer.status] = (counts[answer.status] ?? 0) + 1;
  return counts;
}

const unkept = sql(
  't_unkept_holds',
  `select k.user_id, k.id from unnest($2::bigint[], $3::text[]) k(user_id, id)
   where not exists (select 1 from reservation r where r.product_id = $1 and r.user_id = k.user_id and r.reservation_id = k.id)
     and not exists (select 1 from reservation_ended e where e.product_id = $1 and e.user_id = k.user_id and e.reservation_id = k.id)`,
);
const unkeptOrders = sql(
  't_unkept_orders',
  'select k.id from unnest($2::text[]) k(id) where not exists (select 1 from orders o where o.product_id = $1 and o.order_id = k.id)',
);

/** No yes that was said is lost: each reservation and order that a buyer was told of is there, under its own id. */
export async function assertKept(db: Database, productId: number, sure: readonly Sure[]): Promise<void> {
  const held = sure.filter(({ answer }) => answer.status === 303);
  const ids = held.map(({ answer }) => String(answer.body.reservationId));
  const users = held.map(({ buyer }) => buyer.userId);
  assert.deepEqual(await db.query(unkept, [productId, users, ids]), []);
  const paid = sure.filter(({ answer }) => answer.status === 200 || answer.status === 201);
  const orderIds = paid.map(({ answer }) => String((answer.body.order as { orderId: string }).orderId));
  assert.deepEqual(await db.query(unkeptOrders, [productId, orderIds]), []);
}

const moneyBooks = sql(
  't_money_books',
  `select (select count(*) from sandbox.charge where state = 'succeeded') as charges,
          (select count(*) from payment where state in ('succeeded', 'unsold')) as captured,
          (select count(*) from payment where state in ('processing', 'requires_action')) as open`,
);

/** What the worker does within minutes, at once; then the books have to agree with themselves and with the provider's. */
export async function assertExact(db: Database, shop?: { sandboxPort: number; port: number }): Promise<void> {
  if (shop !== undefined) {
    await reconcile(db, shop);
    const [books] = await db.query<{ charges: number; captured: number; open: number }>(moneyBooks);
    assert.deepEqual(books, { charges: books?.captured, captured: books?.captured, open: 0 });
  }
  const { checks } = await auditBooks(db);
  assert.deepEqual(
    checks.filter((check) => check.offending.length > 0),
    [],
  );
}

async function reconcile(db: Database, { sandboxPort, port }: { sandboxPort: number; port: number }): Promise<void> {
  const secrets = await ensureSecrets(db, ['provider-api-key', 'webhook-secret']);
  const provider = createSandboxProvider({
    baseUrl: `http://127.0.0.1:${sandboxPort}`,
    apiKey: secrets['provider-api-key'].toString('hex'),
    webhookSecret: secrets['webhook-secret'].toString('hex'),
    timeoutMs: 5_000,
  });
  const log = openLog('test', 'silent');
  const checkout = openCheckout({ db, provider, log, publicOrigin: `http://127.0.0.1:${port}` });
  const later = new Date(Date.now() + HOUR_MS);
  while ((await resolveDuePayments(checkout, later)) > 0);
  await sendDueRefunds(db, provider, log, later);
  await drainCheckout(checkout);
}
