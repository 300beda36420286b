// kill -9 of the web process between each two steps of a payment. Afterwards the reconciling job runs, the buyer comes back,
// and the books have to be exact: charged once and with an order, or not charged and still able to buy.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import pg from 'pg';
import { sql } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { ensureSecrets } from '../lib/secrets.ts';
import { auditBooks, drainCheckout, openCheckout, resolveDuePayments } from '../modules/orders/index.ts';
import { createSandboxProvider } from '../modules/payments/index.ts';
import { ADDRESS, makeProduct } from './fixtures.ts';
import { freePort, makeBuyers, type ProviderDoor, post, startProvider, startWebNode } from './running-shop.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

type Stage = {
  name: string;
  /** Brings the payment to the step before which the process dies; resolves when it is there. */
  stopAt(stage: { db: TestDatabase; door: ProviderDoor; productId: number }): Promise<() => Promise<void>>;
  chargedAtKill: boolean;
};

const charges = sql('t_charged', "select count(*) as n from sandbox.charge where state = 'succeeded'");
const payments = sql('t_payments', 'select count(*) as n from payment');
const orders = sql('t_orders', 'select count(*) as n from orders');

const stages: Stage[] = [
  {
    name: 'before the payment is written down',
    chargedAtKill: false,
    stopAt: async ({ db, productId }) => holdInventoryRow(db, productId),
  },
  {
    name: 'written down, and the provider has not heard of it',
    chargedAtKill: false,
    stopAt: async ({ door }) => {
      const arrived = door.holdRequests();
      return () => arrived;
    },
  },
  {
    name: 'charged, and the answer has not come',
    chargedAtKill: true,
    stopAt: async ({ door }) => {
      const arrived = door.holdAnswers();
      return () => arrived;
    },
  },
  {
    name: 'charged and answered, and nothing is settled',
    chargedAtKill: true,
    stopAt: async ({ db, door, productId }) => {
      const answered = door.holdAnswers();
      return async () => {
        await answered;
        const settling = await holdInventoryRow(db, productId);
        door.open();
        await settling();
      };
    },
  },
];

for (const stage of stages) {
  test(`killed ${stage.name}`, async (t) => {
    const shop = await openRunningShop(t);
    const { db, door, buyer, productId } = shop;
    const node = await startWebNode(t, shop.settings);
    assert.equal((await post(node.origin, '/product/purchase', buyer, { productId: String(productId) })).status, 303);
    const reached = await stage.stopAt({ db, door, productId });
    const body = { productId: String(productId), paymentDetails: { token: 'tok_visa', shippingAddress: ADDRESS } };
    const lost = post(node.origin, '/product/payment', buyer, body).then(
      () => 'answered',
      () => 'lost',
    );
    await reached();
    await node.kill9();
    assert.equal(await lost, 'lost');
    await shop.letGo();
    door.open();
    assert.deepEqual(await db.query(charges), [{ n: stage.chargedAtKill ? 1 : 0 }]);

    await shop.reconcile();
    const again = await startWebNode(t, shop.settings);
    const paid = await post(again.origin, '/product/payment', buyer, body);
    assert.ok(paid.status === 200 || paid.status === 201, `${paid.status} ${JSON.stringify(paid.body)}`);
    assert.deepEqual(
      [await db.query(charges), await db.query(payments), await db.query(orders)],
      [[{ n: 1 }], [{ n: 1 }], [{ n: 1 }]],
    );
    const report = await auditBooks(db);
    assert.deepEqual(
      report.checks.filter((check) => check.offending.length > 0),
      [],
    );
    await again.stop();
  });
}

test('killed after it was settled, before the buyer heard: the same request again finds the same order', async (t) => {
  const shop = await openRunningShop(t);
  const { db, buyer, productId } = shop;
  const node = await startWebNode(t, shop.settings);
  await post(node.origin, '/product/purchase', buyer, { productId: String(productId) });
  const body = { productId: String(productId), paymentDetails: { token: 'tok_visa', shippingAddress: ADDRESS } };
  // The answer needs the order's lines; whoever reads receipts waits for this lock, and settling does not.
  const lost = post(node.origin, '/product/payment', buyer, body).catch(() => 'lost');
  while ((await db.query<{ n: number }>(orders))[0]?.n === 0) await new Promise((resolve) => setImmediate(resolve));
  await node.kill9();
  await lost;
  const again = await startWebNode(t, shop.settings);
  assert.equal((await post(again.origin, '/product/payment', buyer, body)).status, 200);
  assert.deepEqual([await db.query(charges), await db.query(orders)], [[{ n: 1 }], [{ n: 1 }]]);
  assert.equal((await auditBooks(db)).kind, 'clean');
  await again.stop();
});

async function openRunningShop(t: TestContext) {
  const db = await openTestDatabase(t);
  const port = await freePort();
  const door = await startProvider(t, db, port);
  const productId = await makeProduct(db, { stock: 1 });
  const [buyer] = await makeBuyers(db, 1);
  assert.ok(buyer);
  const secrets = await ensureSecrets(db, ['provider-api-key', 'webhook-secret']);
  const provider = createSandboxProvider({
    baseUrl: `http://127.0.0.1:${door.port}`,
    apiKey: secrets['provider-api-key'].toString('hex'),
    webhookSecret: secrets['webhook-secret'].toString('hex'),
    timeoutMs: 2_000,
  });
  const checkout = openCheckout({
    db,
    provider,
    log: openLog('test', 'silent'),
    publicOrigin: `http://127.0.0.1:${port}`,
  });
  t.after(() => drainCheckout(checkout));
  return {
    db,
    door,
    buyer,
    productId,
    settings: { databaseUrl: db.url, sandboxPort: door.port, port },
    /** What the worker does within seconds; here at once, by a clock that is an hour on. */
    reconcile: () => resolveDuePayments(checkout, new Date(Date.now() + 3_600_000)),
    letGo: () => releaseLocks(db),
  };
}

const lockers = new WeakMap<TestDatabase, pg.Client[]>();

/** Takes the product's row; resolves the returned promise when somebody else waits for it. */
async function holdInventoryRow(db: TestDatabase, productId: number): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: db.url });
  client.on('error', () => {});
  await client.connect();
  await client.query('begin');
  await client.query('select 1 from inventory where product_id = $1 for update', [productId]);
  lockers.set(db, [...(lockers.get(db) ?? []), client]);
  const waits = sql(
    't_waits',
    "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  return async () => {
    while ((await db.query<{ n: number }>(waits))[0]?.n === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };
}

async function releaseLocks(db: TestDatabase): Promise<void> {
  for (const client of lockers.get(db) ?? []) {
    // A statement of the killed process may still wait for the lock; it dies with its connection, as its client did.
    await client.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'souk web'",
    );
    await client.query('rollback');
    await client.end();
  }
  lockers.delete(db);
}
