import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problem } from '../../lib/problem.ts';
import { keptFor } from './kept-for.ts';

test('a value is shared while it is fresh, and outlives that while what it is made of is out', async () => {
  let made = 0;
  let fault: Error | undefined = problem('search-unavailable');
  const make = async () => {
    if (fault) throw fault;
    return ++made;
  };
  const kept = keptFor(60_000, make);
  await assert.rejects(kept(), { slug: 'search-unavailable' });
  fault = undefined;
  assert.deepEqual(await Promise.all([kept(), kept()]), [1, 1]);

  const stale = keptFor(0, make);
  assert.deepEqual([await stale(), await stale()], [2, 3]);
  fault = problem('search-unavailable');
  assert.deepEqual([await stale(), await stale()], [3, 3]);
  fault = undefined;
  assert.equal(await stale(), 4);
  fault = new Error('a mistake');
  await assert.rejects(stale(), /a mistake/);
});
