// A rehearsal against a shop that runs already, with a puzzle before the line; what is refused there; and one that is stopped at once.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { shopLockName } from '../cli/shop-database.ts';
import { openDatabase, sql } from '../lib/db.ts';
import { findEmbeddedPostgres } from '../lib/embedded-postgres.ts';
import { readPostmaster } from '../lib/embedded-postgres-postmaster.ts';
import { waitForProcessLock } from '../lib/process-lock.ts';

const MAIN_FILE = join(import.meta.dirname, '../main.ts');
const TIMEOUT_MS = 120_000;
const SOON_MS = 30_000;
const A_FEW = ['--buyers', '8', '--stock', '12', '--minutes', '0.1', '--hold', '5', '--faults', 'none', '--json'];
const becomeReal = sql(
  't_become_real',
  "update seller set slug = 'lamps', name = 'Lamps' where slug like 'souk-rehearsal%'",
);

type Run = { child: ChildProcess; ended: Promise<number | null>; out(): string; err(): string };

async function directory(t: TestContext): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), 'souk-rehearsal-'));
  t.after(() => rm(data, { recursive: true, force: true, maxRetries: 5 }));
  return data;
}

function souk(t: TestContext, data: string, args: string[], settings: Record<string, string> = {}): Run {
  const env = { ...process.env, DATABASE_URL: '', SOUK_DATA: data, SOUK_DEMO: 'off', LOG_LEVEL: 'warn', ...settings };
  const child = spawn(process.execPath, [MAIN_FILE, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  t.after(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return { child, ended, out: () => out, err: () => err };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const beganAt = performance.now(); !holds(); await sleep(50))
    assert.ok(performance.now() - beganAt < TIMEOUT_MS, what);
}

async function freePorts(): Promise<Record<string, string>> {
  const servers = ['PORT', 'OPS_PORT', 'SANDBOX_PORT'].map((name) => ({
    name,
    server: createServer().listen(0, '127.0.0.1'),
  }));
  await Promise.all(servers.map(({ server }) => once(server, 'listening')));
  const ports = servers.map(({ name, server }) => [name, String((server.address() as AddressInfo).port)]);
  await Promise.all(servers.map(({ server }) => once(server.close(), 'close')));
  return Object.fromEntries(ports);
}

test('a shop that runs: rehearsed, and once it has real orders only when forced', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const data = await directory(t);
  const ports = await freePorts();
  const shop = souk(t, data, ['start', '--json'], ports);
  await until('the shop starts', () => shop.out().includes('"ready"'));
  const target = ['--target', `http://127.0.0.1:${ports.PORT}`];

  const first = souk(t, data, ['rehearse', ...target, ...A_FEW]);
  assert.equal(await first.ended, 0, first.err());
  const { verdict, sold, reasons } = JSON.parse(first.out());
  assert.deepEqual({ verdict, reasons }, { verdict: 'PASS', reasons: [] });
  assert.ok(sold > 0 && sold <= 8, `${sold} sold`);

  const db = openDatabase({
    url: findEmbeddedPostgres(join(data, 'postgres')) ?? '',
    applicationName: 'test',
    maxConnections: 1,
    statementTimeoutMs: 5_000,
  });
  await db.query(becomeReal);
  await db.close();
  const refused = souk(t, data, ['rehearse', ...target, ...A_FEW]);
  assert.equal(await refused.ended, 1);
  assert.match(refused.err(), /holds real orders.*--force/);

  const forced = souk(t, data, ['rehearse', ...target, ...A_FEW, '--force', '--condition', 'proof-of-work']);
  assert.equal(await forced.ended, 0, forced.err());
  const puzzled = JSON.parse(forced.out());
  assert.deepEqual([puzzled.verdict, puzzled.reasons], ['PASS', []]);
  assert.ok(puzzled.endings.refused >= 8, 'everybody was asked for a proof first');
  assert.ok(puzzled.sold > 0);
  assert.equal(shop.child.exitCode, null);
});

test('Ctrl-C twice: nothing is left running', { timeout: TIMEOUT_MS }, async (t) => {
  const data = await directory(t);
  const run = souk(t, data, ['rehearse', '--buyers', '50', '--stock', '5', '--faults', 'none']);
  await until('buyers come', () => /making 50 buyers/.test(run.err()));
  const [name = ''] = readdirSync(join(data, 'rehearsals'));
  const pid = readPostmaster(join(data, 'rehearsals', name, 'shop/postgres'))?.pid ?? 0;
  process.kill(pid, 0);
  run.child.kill('SIGINT');
  await sleep(1_200);
  run.child.kill('SIGINT');
  assert.equal(await run.ended, 1);
  assert.match(run.err(), /Stopping at once/);
  assert.ok(run.err().includes(`left in ${join(data, 'rehearsals', name, 'shop')}`), run.err());
  await until('PostgreSQL ends', () => !isAlive(pid));
});

test('Ctrl-C before the first buyer comes: it ends at once and leaves nothing', { timeout: TIMEOUT_MS }, async (t) => {
  const data = await directory(t);
  const run = souk(t, data, ['rehearse', '--buyers', '50', '--stock', '5', '--faults', 'none']);
  await until('buyers are made', () => /making 50 buyers/.test(run.err()));
  run.child.kill('SIGINT');
  const askedAt = performance.now();
  assert.equal(await run.ended, 1);
  assert.ok(performance.now() - askedAt < SOON_MS, 'it waited for the crowd');
  assert.match(run.err(), /was stopped; there is no verdict/);
  const [name = ''] = readdirSync(join(data, 'rehearsals'));
  assert.deepEqual(readdirSync(join(data, 'rehearsals', name)), ['shop.log']);
});

test('kill -9: the next rehearsal removes what the dead one left, and not a living one’s', {
  timeout: TIMEOUT_MS,
}, async (t) => {
  const data = await directory(t);
  const crowd = ['rehearse', '--buyers', '50', '--stock', '5', '--faults', 'none'];
  const shopOf = (seed: number): string => {
    const name = readdirSync(join(data, 'rehearsals')).find((one) => one.endsWith(`-seed-${seed}`)) ?? '';
    return join(data, 'rehearsals', name, 'shop');
  };
  const postgresOf = (seed: number): number => readPostmaster(join(shopOf(seed), 'postgres'))?.pid ?? 0;
  const begin = async (seed: number): Promise<Run> => {
    const run = souk(t, data, [...crowd, '--seed', String(seed)]);
    await until('buyers come', () => /making 50 buyers/.test(run.err()));
    return run;
  };
  const dead = await begin(1);
  const [postgres, shop] = [postgresOf(1), shopOf(1)];
  const living = await begin(2);
  assert.doesNotMatch(living.err(), /killed/, 'the first one lived when the second began');
  dead.child.kill('SIGKILL');
  await dead.ended;
  assert.ok(isAlive(postgres), 'nobody ended it');
  // Its shop notices and ends by itself.
  await (await waitForProcessLock(shopLockName(shop), TIMEOUT_MS)).release();

  const next = await begin(3);
  assert.match(next.err(), new RegExp(`was killed before its end.*${shop}`));
  assert.ok(!isAlive(postgres) && !existsSync(shop));
  assert.ok(isAlive(postgresOf(2)) && existsSync(shopOf(2)), 'the living one goes on');
  for (const run of [living, next]) run.child.kill('SIGINT');
  await Promise.all([living.ended, next.ended]);
  assert.deepEqual([existsSync(shopOf(2)), existsSync(shopOf(3))], [false, false]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
