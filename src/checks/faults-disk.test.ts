// The database runs out of disk while people buy. The test starts itself again where a small disk is mounted.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { openCrowdedShop } from './running-shop.ts';
import { smallDiskAt } from './small-disk.ts';
import { assertExact, assertKept, countStatuses, pressUntilSure, purchaseOf, tryOnce } from './test-crowd.ts';
import { openOwnServer } from './test-own-server.ts';

const BUYERS = 1_000;
const SURE_WITHIN_MS = 30_000;
const DISK_BYTES = 220 * 1024 * 1024;

const { SMALL_DISK: disk } = process.env;
if (disk === undefined) test('the disk is full and is freed', runOnSmallDisk);
else test('purchases are refused, looking goes on, the books are exact', (t) => buyOnFullDisk(t, disk));

async function runOnSmallDisk(t: TestContext): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'souk-disk-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const { command, reasons } = smallDiskAt(directory, DISK_BYTES);
  if (command === undefined) {
    const why = `NOT TESTED: what happens on a full disk. No small one can be mounted here: ${reasons.join('; ')}`;
    console.error(why);
    return t.skip(why);
  }
  const [file = '', ...args] = [...command, process.execPath, import.meta.filename];
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(file, args, { env: { ...env, SMALL_DISK: directory }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk;
    });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, said);
}

async function buyOnFullDisk(t: TestContext, disk: string): Promise<void> {
  const server = await openOwnServer(disk);
  t.after(() => server.remove());
  const db = await server.database('fault_disk');
  t.after(() => db.close());
  const { origin, web, productId, buyers } = await openCrowdedShop(t, db, { units: 5_000, buyers: BUYERS });
  const filler = join(disk, 'filler');
  await fill(filler, disk);

  // Pages that exist take some more rows; then nothing fits any more.
  const refusals: number[] = [];
  for (const buyer of buyers) {
    const answer = await tryOnce(origin, buyer, purchaseOf(productId));
    if (answer?.status === 303) continue;
    refusals.push(answer?.status ?? 0);
    assert.ok(answer?.retryAfter, 'who is refused is told when to come back');
    if (refusals.length === 5) break;
  }
  assert.deepEqual(refusals, [503, 503, 503, 503, 503]);
  assert.equal((await fetch(`${origin}/search`)).status, 200, 'searching goes on');

  await rm(filler);
  // A server that could not write its log has ended itself; whoever supervises it starts it again.
  await server.start();
  const origins = [origin];
  const ask = purchaseOf(productId);
  const pressed = await pressUntilSure({ buyers, origins, ask, timeoutMs: SURE_WITHIN_MS });
  assert.deepEqual(countStatuses(pressed), { 303: buyers.length });
  await assertKept(db, productId, pressed);
  await assertExact(db);
  await web.stop();
}

async function fill(path: string, disk: string): Promise<void> {
  await writeFile(path, '');
  const { bavail, bsize } = await statfs(disk);
  const chunk = Buffer.alloc(1024 * 1024);
  for (let left = bavail * bsize; left > 0; left -= chunk.length) {
    await writeFile(path, chunk.subarray(0, Math.min(left, chunk.length)), { flag: 'a' }).catch(() => {});
  }
}
