// For tests: a checkout on the real database, paying at the real provider process.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { sql } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import {
  auditBooks,
  type Checkout,
  drainCheckout,
  openCheckout,
  type PayOutcome,
  placeOrder,
} from '../modules/orders/index.ts';
import { createSandboxProvider, type PaymentProvider } from '../modules/payments/index.ts';
import { API_KEY, openTestSandbox, SHOP_ORIGIN, type TestSandbox, WEBHOOK_SECRET } from '../sandbox/test-sandbox.ts';
import { ADDRESS } from './fixtures.ts';

export type TestCheckout = {
  sandbox: TestSandbox;
  checkout: Checkout;
  provider: PaymentProvider;
  pay(productId: number, userId: number, token?: string): Promise<PayOutcome>;
};

export const log = openLog('test', 'silent');
export const paymentCounts = sql('t_counts', 'select state, count(*) as n from payment group by state order by state');
export const chargeCount = sql('t_charges', "select count(*) as n from sandbox.charge where state = 'succeeded'");

export async function openTestCheckout(t: TestContext, timeoutMs = 1_000): Promise<TestCheckout> {
  const sandbox = await openTestSandbox(t);
  const provider = providerAt(sandbox, timeoutMs);
  const checkout = openCheckout({ db: sandbox.db, provider, log, publicOrigin: SHOP_ORIGIN });
  t.after(() => drainCheckout(checkout));
  return {
    sandbox,
    checkout,
    provider,
    pay: (productId, userId, token = 'tok_visa') =>
      placeOrder(checkout, { productId, userId, token, shippingAddress: ADDRESS, description: 'Nova lamp' }),
  };
}

export function providerAt(sandbox: TestSandbox, timeoutMs = 1_000): PaymentProvider {
  return createSandboxProvider({ baseUrl: sandbox.origin, apiKey: API_KEY, webhookSecret: WEBHOOK_SECRET, timeoutMs });
}

export async function assertClean({ sandbox }: TestCheckout): Promise<void> {
  const report = await auditBooks(sandbox.db);
  assert.deepEqual(
    report.checks.filter((check) => check.offending.length > 0),
    [],
  );
}
