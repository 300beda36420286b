import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { tryProcessLock, waitForProcessLock } from './process-lock.ts';

const NAME = `process-lock.test ${process.pid}`;

test('a lock is held once, and tells the others by whom', async () => {
  const first = await tryProcessLock(NAME, () => 'the first');
  assert.ok(first.kind === 'held');
  assert.deepEqual(await tryProcessLock(NAME, () => 'the second'), { kind: 'taken', note: 'the first' });
  await first.lock.release();
  const second = await tryProcessLock(NAME, () => 'the second');
  assert.ok(second.kind === 'held');
  await second.lock.release();
});

test('who waits gets it when it is free, and hears whom it waited for in vain', async () => {
  const first = await waitForProcessLock(NAME, 1_000);
  await assert.rejects(waitForProcessLock(NAME, 50), new RegExp(`^Error: Process ${process.pid} has kept the lock`));
  const second = waitForProcessLock(NAME, 5_000);
  await first.release();
  await (await second).release();
});

test('kill -9 frees it', async () => {
  const file = JSON.stringify(join(import.meta.dirname, 'process-lock.ts'));
  const program = `const { tryProcessLock } = await import(${file});
    console.log((await tryProcessLock(${JSON.stringify(NAME)}, String)).kind); process.kill(process.pid, 'SIGKILL');`;
  const holder = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  assert.deepEqual({ said: holder.stdout, signal: holder.signal }, { said: 'held\n', signal: 'SIGKILL' });
  const attempt = await tryProcessLock(NAME, String);
  assert.ok(attempt.kind === 'held');
  await attempt.lock.release();
});
