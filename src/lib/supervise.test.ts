import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Supervised, supervise } from './supervise.ts';

const LIB = JSON.stringify(import.meta.dirname);
const WAIT_MS = 5_000;

/** A child that runs `start` (a function's body that answers `{ close }`) under supervision. */
function child(t: TestContext, start: string): { child: Supervised; logged: string[] } {
  const logged: string[] = [];
  const program = `const { runSupervised } = await import(${LIB} + '/supervised-child.ts');
    await runSupervised(async () => { ${start} }, (error) => error.message);`;
  const supervised = supervise(
    { name: 'child', file: process.execPath, args: ['--input-type=module', '--eval', program], env: process.env },
    (message) => logged.push(message),
  );
  t.after(() => supervised.stop(0));
  return { child: supervised, logged };
}

async function until(holds: () => boolean): Promise<void> {
  for (const start = performance.now(); !holds(); await sleep(10)) {
    assert.ok(performance.now() - start < WAIT_MS, 'it did not happen in time');
  }
}

function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}

const RUNS = 'setInterval(() => {}, 1000); return { close: async () => {} };';

test('a child says when it is ready and ends when asked', async (t) => {
  const { child: one, logged } = child(t, RUNS);
  assert.deepEqual(await one.started, { kind: 'ready' });
  const pid = one.pid() ?? 0;
  assert.ok(isAlive(pid));
  await one.stop(WAIT_MS);
  assert.equal(isAlive(pid), false);
  assert.deepEqual(logged, []);
});

test('a child that cannot start says why in its own words, and is not started again', async (t) => {
  const { child: one } = child(t, `throw new Error('Port 3000 is taken.');`);
  assert.deepEqual(await one.started, { kind: 'failed', reason: 'Port 3000 is taken.' });
  await one.stop(WAIT_MS);
  assert.equal(one.pid(), undefined);
});

test('a child that ends without a word is a failed start', async (t) => {
  const { child: one } = child(t, 'process.exit(3);');
  assert.deepEqual(await one.started, { kind: 'failed', reason: 'child ended before it was ready (exit code 3).' });
});

test('a child that is killed is started again, each time after a longer pause', async (t) => {
  const { child: one, logged } = child(t, RUNS);
  await one.started;
  for (const pauseSeconds of ['0.1', '0.2']) {
    const pid = one.pid() ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(() => one.pid() !== undefined && one.pid() !== pid);
    assert.equal(logged.at(-1), `child ended (signal SIGKILL) and is started again in ${pauseSeconds} s.`);
  }
});

test('a child finishes what it does, but not forever', async (t) => {
  const slow = child(t, 'return { close: () => new Promise((done) => setTimeout(done, 300)) };');
  const stuck = child(t, 'setInterval(() => {}, 1000); return { close: () => new Promise(() => {}) };');
  await Promise.all([slow.child.started, stuck.child.started]);
  await Promise.all([slow.child.stop(WAIT_MS), stuck.child.stop(300)]);
  assert.deepEqual(slow.logged, []);
  assert.deepEqual(stuck.logged, ['child did not end within 0.3 s and is killed.']);
});

test('kill -9 of the parent ends the child, even one that would not close', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'souk-supervise-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const inner = `const { runSupervised } = await import(${LIB} + '/supervised-child.ts');
    await runSupervised(async () => { setInterval(() => {}, 1000); return { close: () => new Promise(() => {}) }; }, String);`;
  const outer = `const { supervise } = await import(${LIB} + '/supervise.ts');
    const one = supervise({ name: 'child', file: process.execPath, args: ['--input-type=module', '--eval', ${JSON.stringify(inner)}], env: process.env }, console.log);
    await one.started; console.log(one.pid());`;
  const parent = spawn(process.execPath, ['--input-type=module', '--eval', outer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [text] = await once(parent.stdout, 'data');
  const pid = Number(String(text));
  assert.ok(isAlive(pid));
  parent.kill('SIGKILL');
  await until(() => !isAlive(pid));
});
