import assert from 'node:assert/strict';
import test from 'node:test';
import { createLimit } from './limit.ts';

test('two at once, the next ones wait in order, the rest hear at once that there is no room', async () => {
  const limited = createLimit(2, 3);
  const order: number[] = [];
  let running = 0;
  const work = (n: number) =>
    limited(async () => {
      assert.ok(++running <= 2);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      order.push(n);
      return n;
    });
  const outcomes = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(work));
  assert.deepEqual(outcomes, [1, 2, 3, 4, 5, undefined, undefined]);
  assert.deepEqual(order, [1, 2, 3, 4, 5]);
  await assert.rejects(limited(() => Promise.reject(new Error('broken'))));
  assert.equal(await work(8), 8);
});
