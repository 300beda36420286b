import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { openTestShop } from '../../checks/test-shop.ts';
import { openReservations, setDrop } from '../../modules/inventory/index.ts';

const MAIN = join(import.meta.dirname, '../../main.ts');

test('an operator downloads the proof of a drop; it is checked on a machine that has nothing else', async (t) => {
  const { app, shop, people, sellerId, productId } = await openTestShop(t);
  const url = `/operator/drops/${productId}/statement`;
  const asOperator = { headers: people.operator.bearer };
  assert.equal((await app.inject({ url, ...asOperator })).statusCode, 404, 'no drop yet');
  const opensAt = new Date(Date.now() - 1_000);
  await setDrop(shop.db, productId, sellerId, { opensAt, mode: 'line', perCustomerLimit: 1, holdSeconds: 60 });
  const reservations = openReservations(shop.db);
  await Promise.all(Array.from({ length: 8 }, (_, n) => reservations.reserve(productId, n + 1)));

  assert.equal((await app.inject({ url })).statusCode, 401);
  assert.equal((await app.inject({ url, headers: people.buyer.bearer })).statusCode, 403);
  const answer = await app.inject({ url, ...asOperator });
  assert.equal(answer.statusCode, 200);
  assert.match(String(answer.headers['content-disposition']), /^attachment; filename="drop-\d+-statement\.json"$/);
  const key = (await app.inject({ url: '/.well-known/souk-statement-key.json' })).json<{ publicKey: string }>();

  const directory = mkdtempSync(join(tmpdir(), 'souk-statement-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'drop.json');
  const verify = (text: string, ...more: string[]) => {
    writeFileSync(file, text);
    return spawnSync(process.execPath, [MAIN, 'audit', '--verify', file, ...more], { env: {}, encoding: 'utf8' });
  };
  const sound = verify(answer.body, '--key', key.publicKey);
  assert.equal(sound.status, 0, sound.stdout + sound.stderr);
  assert.match(sound.stdout, /joined +8\n.*ok {3}units were granted in the order of the line.*The statement is sound/s);
  const forged = verify(answer.body.replace(/("kind":"granted","place":)1,/, '$12,'));
  assert.equal(forged.status, 1);
  assert.match(forged.stdout, /BAD {2}it is as it was when it was hashed.*place 2, which was 1.*REFUSED/s);
  assert.equal(verify(answer.body, '--key', '0'.repeat(64)).status, 1);

  // A file that would write over what the terminal says of it.
  const [up, sentence] = ['\\u001b[2A', 'The statement is sound.'];
  const sly = verify(answer.body.replace(/"title":"/, `"title":"${up}\\n${sentence}\\n`));
  assert.equal(sly.status, 1);
  assert.match(sly.stdout, /\uFFFD\[2A\uFFFDThe statement is sound\.\uFFFD/);
  assert.doesNotMatch(sly.stdout, /^The statement is sound/m);
  for (const { stdout } of [sly, verify('\u001b[2A')]) assert.ok(!stdout.includes('\u001b'), stdout);
});
