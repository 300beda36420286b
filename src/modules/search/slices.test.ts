import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSliced } from './slices.ts';

test('long work leaves turns to others and returns its result', async () => {
  let isDone = false;
  let turns = 0;
  function takeTurn(): void {
    turns++;
    if (!isDone) setImmediate(takeTurn);
  }
  setImmediate(takeTurn);
  const result = await runSliced(
    (function* () {
      for (let step = 0; step < 100; step++) {
        const until = performance.now() + 1;
        while (performance.now() < until);
        yield;
      }
      return 'result';
    })(),
  );
  isDone = true;
  assert.equal(result, 'result');
  // 100 ms in slices of 8 ms.
  assert.ok(turns >= 8, `${turns} turns`);
});
