import assert from 'node:assert/strict';
import test from 'node:test';
import { inTurn } from './turns.ts';

const WORKS = 200;
const WORK_MS = 0.2;
const READING_MS = 10;

function busy(ms: number): void {
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; );
}

/** Counts turns of the event loop until `isOver`, each with `readingMs` of other work; answers how long all else took, turn by turn. */
async function countTurns(isOver: () => boolean, readingMs: number): Promise<number[]> {
  const betweenMs: number[] = [];
  for (let leftMs = performance.now(); !isOver(); leftMs = performance.now()) {
    await new Promise((resolve) => setImmediate(resolve));
    betweenMs.push(performance.now() - leftMs);
    busy(readingMs);
  }
  return betweenMs;
}

test('works run in the order of asking, with what follows from each, and the loop turns in between', async () => {
  const done: number[] = [];
  for (let n = 0; n < WORKS; n++)
    inTurn(() => {
      void Promise.resolve(n).then((mine) => {
        busy(WORK_MS);
        done.push(mine);
      });
    });
  const betweenMs = await countTurns(() => done.length === WORKS, 0);
  assert.deepEqual(
    done,
    Array.from({ length: WORKS }, (_, n) => n),
  );
  // 40 ms of work in one go would be one turn.
  assert.ok(betweenMs.length >= 8, `${betweenMs.length} turns`);
});

test('several who ask share a turn: each of their own does not make it longer', async () => {
  let done = 0;
  const ask = (): void =>
    inTurn(
      () =>
        void Promise.resolve()
          .then(() => busy(WORK_MS))
          .then(() => done++),
    );
  for (let n = 0; n < WORKS; n++) setImmediate(ask);
  const betweenMs = await countTurns(() => done === WORKS, 0);
  assert.ok(betweenMs.length >= 8, `${betweenMs.length} turns`);
});

test('where other work takes all the time, who was let in has a share of it', async () => {
  let done = 0;
  for (let n = 0; n < WORKS; n++)
    inTurn(
      () =>
        void Promise.resolve()
          .then(() => busy(WORK_MS))
          .then(() => done++),
    );
  const betweenMs = await countTurns(() => done === WORKS, READING_MS);
  // 1 ms a turn would be 40 turns of 10 ms more each; half of the others' time is 5 ms a turn.
  assert.ok(betweenMs.length <= 20, `${betweenMs.length} turns`);
});

test('whoever asks while works run comes behind them', async () => {
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    inTurn(() => {
      order.push('first');
      inTurn(() => {
        order.push('asked by the first');
        resolve();
      });
    });
    inTurn(() => order.push('second'));
  });
  assert.deepEqual(order, ['first', 'second', 'asked by the first']);
});
