import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestDatabase } from '../checks/test-database.ts';
import { sql } from '../lib/db.ts';
import { API_KEY, CHARGE, openReceiver, SHOP_ORIGIN, until, WEBHOOK_SECRET } from './test-sandbox.ts';

const KILLS = 3;
const CLIENTS = 16;
const PROGRAM = `
  const { startSandbox } = await import(process.argv[1]);
  const { openLog } = await import(process.argv[2]);
  const sandbox = await startSandbox({ ...JSON.parse(process.argv[3]), log: openLog('sandbox', 'silent') });
  console.log(sandbox.port);`;

async function startProcess(t: TestContext, settings: object): Promise<{ origin: string; child: ChildProcess }> {
  const modules = ['./server.ts', '../lib/log.ts'].map((path) => new URL(path, import.meta.url).href);
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, ...modules, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [port] = await once(child.stdout, 'data');
  return { origin: `http://127.0.0.1:${String(port).trim()}`, child };
}

test('killed under load, it keeps every charge it answered and tells the news of every charge it made', async (t) => {
  const [db, receiver] = await Promise.all([openTestDatabase(t), openReceiver(t)]);
  const settings = {
    port: 0,
    host: '127.0.0.1',
    databaseUrl: db.url,
    apiKey: API_KEY,
    webhookSecret: WEBHOOK_SECRET,
    webhookUrl: receiver.url,
    shopOrigin: SHOP_ORIGIN,
  };
  const answered = new Map<string, string>();
  let keys = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const { origin, child } = await startProcess(t, settings);
    const chargeUntilCut = async () => {
      for (;;) {
        const key = `crash-${keys++}`;
        const response = await fetch(`${origin}/v1/charges`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${API_KEY}`,
            'idempotency-key': key,
            'content-type': 'application/json',
          },
          body: JSON.stringify(CHARGE),
        });
        const body = (await response.json()) as { id: string };
        answered.set(key, body.id);
      }
    };
    const clients = Promise.allSettled(Array.from({ length: CLIENTS }, chargeUntilCut));
    await sleep(300);
    child.kill('SIGKILL');
    await clients;
  }
  await startProcess(t, settings);
  type Row = { idempotency_key: string; charge_id: string };
  const rows = await db.query<Row>(sql('test_sandbox_all', 'select idempotency_key, charge_id from sandbox.charge'));
  const made = new Map(rows.map((row) => [row.idempotency_key, row.charge_id]));
  assert.ok(answered.size > 0);
  assert.deepEqual(
    [...answered].filter(([key, id]) => made.get(key) !== id),
    [],
  );
  const told = () => new Set(receiver.received.map(({ body }) => JSON.parse(body.toString()).id as string));
  await until(() => told().size >= rows.length, 30_000);
  assert.deepEqual(told(), new Set(rows.map((row) => `evt_${row.charge_id}`)));
});
