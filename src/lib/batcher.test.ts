import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Batch, createBatcher } from './batcher.ts';

const BOUNDS = { maxBatchItems: 10, maxQueuedItems: 1_000, maxKeysInFlight: 4, retryForMs: 1_000 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function connectionLost(): Error {
  return Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
}

test('callers that come while a batch runs share the next one, and each hears its own outcome in order', async () => {
  const batches: number[][] = [];
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    run: async (_key, items) => {
      batches.push(items);
      await pause(5);
      return items.map((item) => item * 2);
    },
  });
  const first = batcher.submit(1, 1);
  while (batches.length === 0) await pause(0);
  const rest = [2, 3, 4].map((item) => batcher.submit(1, item));
  assert.deepEqual(await Promise.all([first, ...rest]), [2, 4, 6, 8]);
  assert.deepEqual(batches, [[1], [2, 3, 4]]);
});

test('a large batch is told some at a time: other work finds room in between', async () => {
  const all = 100;
  let turns = 0;
  const batcher = createBatcher<number, number>({ ...BOUNDS, maxBatchItems: all, run: async (_key, items) => items });
  const count = (): void => {
    turns++;
    if (batcher.queuedItems() > 0) setImmediate(count);
  };
  const toldInTurn = new Map<number, number>();
  const told = Array.from({ length: all }, async (_, n) => {
    assert.equal(await batcher.submit(1, n), n);
    // As long as a request takes for its answer.
    for (const until = performance.now() + 0.2; performance.now() < until; );
    toldInTurn.set(turns, (toldInTurn.get(turns) ?? 0) + 1);
  });
  count();
  await Promise.all(told);
  assert.ok(Math.max(...toldInTurn.values()) <= all / 4, `told in turns: ${[...toldInTurn]}`);
  await batcher.drain();
});

test('any schedule: one batch a key at a time, none too large, everyone answered once with its own outcome', async () => {
  const submission = fc.record({ key: fc.integer({ min: 1, max: 5 }), delayMs: fc.integer({ min: 0, max: 6 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(submission, { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.boolean(), { maxLength: 8 }),
      async (submissions, maxBatchItems, maxKeysInFlight, maxKeys, lostConnections) => {
        const running = new Set<number>();
        let statements = 0;
        const effects = new Map<string, number>();
        const runAll = async (batches: readonly Batch<string>[]): Promise<string[][]> => {
          assert.ok(++statements <= maxKeysInFlight);
          for (const { key } of batches) {
            assert.ok(!running.has(key), 'two batches of one key at once');
            running.add(key);
          }
          const items = batches.flatMap((batch) => batch.items);
          assert.ok(items.length > 0 && items.length <= maxBatchItems);
          await pause(1);
          // Takes effect, and then the answer may be lost: it has to be repeatable.
          for (const item of items) effects.set(item, (effects.get(item) ?? 0) || 1);
          for (const { key } of batches) running.delete(key);
          statements--;
          if (lostConnections.pop()) throw connectionLost();
          return batches.map((batch) => batch.items.map((item) => `${batch.key}/${item}`));
        };
        const batcher = createBatcher<string, string>({
          ...BOUNDS,
          maxBatchItems,
          maxKeysInFlight,
          retryForMs: 60_000,
          run: async (key, items) => (await runAll([{ key, items }]))[0] ?? [],
          together: { maxKeys, run: runAll },
        });
        const answers = await Promise.all(
          submissions.map(async ({ key, delayMs }, n) => {
            await pause(delayMs);
            return { key, n, answer: await batcher.submit(key, `item ${n}`) };
          }),
        );
        for (const { key, n, answer } of answers) assert.equal(answer, `${key}/item ${n}`);
        assert.equal(effects.size, submissions.length);
        assert.equal(batcher.queuedItems(), 0);
      },
    ),
    { numRuns: 60 },
  );
});

test('beyond the bound the answer is "overloaded" at once, and those who are in are served', async () => {
  const batcher = createBatcher<number, string>({
    ...BOUNDS,
    maxQueuedItems: 3,
    run: async (_key, items) => {
      await pause(10);
      return items.map(() => 'served');
    },
  });
  const answers = await Promise.all([1, 2, 3, 4, 5].map((item) => batcher.submit(1, item)));
  assert.deepEqual(answers, ['served', 'served', 'served', { kind: 'overloaded' }, { kind: 'overloaded' }]);
  assert.equal(await batcher.submit(1, 6), 'served');
  assert.deepEqual(batcher.statistics(), { batches: 2, items: 4, retries: 0, overloaded: 2 });
});

test('a hot key does not starve the others', async () => {
  const order: number[] = [];
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    maxBatchItems: 1,
    maxKeysInFlight: 1,
    run: async (key, items) => {
      order.push(key);
      return items;
    },
  });
  await Promise.all([batcher.submit(1, 0), batcher.submit(1, 0), batcher.submit(1, 0), batcher.submit(2, 0)]);
  assert.deepEqual(order, [1, 2, 1, 1]);
});

test('a fault reaches exactly the callers of its batch, and the next batch runs', async () => {
  let calls = 0;
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    run: async (_key, items) => {
      if (calls++ === 0) throw new Error('no such table');
      return items;
    },
  });
  const first = batcher.submit(1, 1);
  const other = batcher.submit(2, 2);
  await assert.rejects(first, /no such table/);
  assert.equal(await other, 2);
  assert.equal(await batcher.submit(1, 3), 3);
});

test('a connection that stays lost is given up after the bound, and the callers hear it', async () => {
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    retryForMs: 100,
    run: async () => {
      throw connectionLost();
    },
  });
  await assert.rejects(Promise.resolve(batcher.submit(1, 1)), /Connection terminated/);
  assert.ok(batcher.statistics().retries >= 2);
});

test('who waits behind a batch that is given up hears the same at once, and the key is free again', async () => {
  let isAway = true;
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    maxBatchItems: 1,
    retryForMs: 60,
    run: async (_key, items) => {
      if (isAway) throw connectionLost();
      return items;
    },
  });
  const startedAt = performance.now();
  const answers = await Promise.allSettled([1, 2, 3, 4, 5].map((item) => batcher.submit(1, item)));
  assert.ok(answers.every((answer) => answer.status === 'rejected'));
  assert.ok(performance.now() - startedAt < 3 * 60, 'one bound for all of them, not one each');
  assert.equal(batcher.queuedItems(), 0);
  isAway = false;
  assert.equal(await batcher.submit(1, 6), 6);
});

test('a loss that is noticed late is still followed by another try', async () => {
  let calls = 0;
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    retryForMs: 50,
    run: async (_key, items) => {
      if (calls++ > 0) return items;
      await pause(80);
      throw new Error('Query read timeout');
    },
  });
  assert.equal(await batcher.submit(1, 1), 1);
});

test('draining serves who is in and refuses who comes', async () => {
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    run: async (_key, items) => {
      await pause(5);
      return items;
    },
  });
  const inside = batcher.submit(1, 1);
  const drained = batcher.drain();
  assert.deepEqual(await batcher.submit(1, 2), { kind: 'overloaded' });
  await drained;
  assert.equal(await inside, 1);
});

test('one key that stands still fills its own places and leaves the others theirs', async () => {
  const opened = Promise.withResolvers<void>();
  const batcher = createBatcher<number, string>({
    ...BOUNDS,
    maxBatchItems: 2,
    maxQueuedItemsOfKey: 3,
    run: async (key, items) => {
      if (key === 1) await opened.promise;
      return items.map(() => 'served');
    },
  });
  const inFlight = [1, 2].map((item) => batcher.submit(1, item));
  await pause(5);
  const behind = [3, 4, 5].map((item) => batcher.submit(1, item));
  assert.deepEqual(await batcher.submit(1, 6), { kind: 'overloaded' });
  assert.equal(await batcher.submit(2, 7), 'served');
  opened.resolve();
  assert.deepEqual(await Promise.all([...inFlight, ...behind]), Array(5).fill('served'));
});

test('more keys than may run at a time go together, in ascending order, and each hears its own', async () => {
  const together: number[][] = [];
  const batcher = createBatcher<string, string>({
    ...BOUNDS,
    maxKeysInFlight: 1,
    run: async (key, items) => items.map((item) => `${key}/${item}`),
    together: {
      maxKeys: 3,
      run: async (batches) => {
        together.push(batches.map(({ key }) => key));
        await pause(1);
        return batches.map(({ key, items }) => items.map((item) => `${key}/${item}`));
      },
    },
  });
  const keys = [5, 3, 4, 2, 1];
  const answers = await Promise.all([...keys, ...keys].map((key, n) => batcher.submit(key, `item ${n}`)));
  assert.deepEqual(
    answers,
    [...keys, ...keys].map((key, n) => `${key}/item ${n}`),
  );
  assert.deepEqual(together, [
    [3, 4, 5],
    [1, 2],
  ]);
  assert.equal(await batcher.submit(9, 'alone'), '9/alone');
  assert.equal(together.length, 2);
});

test('a key that fails among others is told by itself, and the others are served', async () => {
  const batcher = createBatcher<number, number>({
    ...BOUNDS,
    maxKeysInFlight: 2,
    run: async (key, items) => {
      if (key === 3) throw new Error('no such product');
      return items;
    },
    together: {
      maxKeys: 10,
      run: async (batches) => {
        await pause(1);
        if (batches.some(({ key }) => key === 3)) throw new Error('one of them failed');
        return batches.map(({ items }) => items);
      },
    },
  });
  const answers = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((key) => batcher.submit(key, key)));
  assert.deepEqual(
    answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).message)),
    [1, 2, 'no such product', 4, 5, 6],
  );
  assert.equal(batcher.queuedItems(), 0);
});
