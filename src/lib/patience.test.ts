import assert from 'node:assert/strict';
import test from 'node:test';
import { patiently } from './patience.ts';

test('lost connections are waited out, other faults are not', async () => {
  let tries = 0;
  const answer = await patiently(async () => {
    if (++tries < 3) throw Object.assign(new Error('starting up'), { code: '57P03' });
    return tries;
  });
  assert.equal(answer, 3);
  await assert.rejects(
    patiently(async () => {
      tries++;
      throw new Error('no such table');
    }),
    /no such table/,
  );
  assert.equal(tries, 4);
});
