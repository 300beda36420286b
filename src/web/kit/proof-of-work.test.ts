import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { openDifficulty } from './proof-difficulty.ts';
import { openProofs, type Proofs } from './proof-of-work.ts';

const ADA = { productId: 7, userId: 1001, ip: '192.0.2.1' };
const BOB = { ...ADA, userId: 1002 };
const GOOD = { kind: 'good' };
const BAD = { kind: 'bad' };
const calm = (): number => 0;

async function solve(challenge: Challenge): Promise<string> {
  const solution = await solveChallenge({ challenge, deriveKey });
  return encoded({ challenge, solution });
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

function open(now?: () => number): Proofs {
  return openProofs({ key: randomBytes(32), load: calm, ...(now ? { now } : {}) });
}

test('a solved puzzle is good for its user and product, on every node with the same key, and counts once', async () => {
  const key = randomBytes(32);
  const proofs = openProofs({ key, load: calm });
  const other = openProofs({ key, load: calm });
  const proof = await solve(await proofs.challenge(ADA));
  assert.ok(proof.length < 2_000);
  assert.deepEqual(await proofs.check(ADA, proof), GOOD);
  assert.deepEqual(await other.check(ADA, proof), GOOD);
  assert.deepEqual(await proofs.check(BOB, proof), BAD);
  assert.deepEqual(await proofs.check({ ...ADA, productId: 8 }, proof), BAD);
  assert.deepEqual(await open().check(ADA, proof), BAD);
  // Until it has brought something it may be sent again: a shed request must not cost the work.
  assert.deepEqual(await proofs.check(ADA, proof), GOOD);
  proofs.spend(proof);
  assert.deepEqual(await proofs.check(ADA, proof), BAD);
  assert.deepEqual(await proofs.check(ADA, `${proof}==`), BAD);
});

test('what is no solution, was changed, or is over', async () => {
  const proofs = open();
  const challenge = await proofs.challenge(ADA);
  const solution = await solveChallenge({ challenge, deriveKey });
  const { parameters } = challenge;
  for (const wrong of [
    { challenge, solution: { counter: 0, derivedKey: parameters.keyPrefix.padEnd(64, '0') } },
    { challenge: { ...challenge, parameters: { ...parameters, keyPrefix: '00' } }, solution },
    { challenge: { ...challenge, parameters: { ...parameters, data: { productId: 7, userId: 1002 } } }, solution },
    { challenge: { ...challenge, parameters: { ...parameters, cost: 1 } }, solution },
    { challenge: { ...challenge, signature: 7 }, solution },
    { challenge: null, solution: [] },
    null,
    'proof',
  ])
    assert.deepEqual(await proofs.check(ADA, encoded(wrong)), BAD, JSON.stringify(wrong));
  for (const noise of ['', '=', '{}', 'wait', 'wait.', 'wait.1.1.', 'wait.x.y.z', 'x'.repeat(2_000)])
    assert.deepEqual(await proofs.check(ADA, noise), BAD, noise);
  const old = open(() => Date.now() - 11 * 60_000);
  assert.deepEqual(await old.check(ADA, await solve(await old.challenge(ADA))), BAD);
});

test('who runs no scripts waits instead', async () => {
  let nowMs = 1_000_000;
  const proofs = open(() => nowMs);
  const { token, waitSeconds } = proofs.waitToken(ADA);
  assert.equal(waitSeconds, 10);
  assert.deepEqual(await proofs.check(ADA, token), { kind: 'wait', leftSeconds: 10 });
  nowMs += 9_500;
  assert.deepEqual(await proofs.check(ADA, token), { kind: 'wait', leftSeconds: 1 });
  nowMs += 500;
  assert.deepEqual(await proofs.check(ADA, token), GOOD);
  assert.deepEqual(await proofs.check(BOB, token), BAD);
  assert.deepEqual(await proofs.check(ADA, token.replace('.10.', '.0.')), BAD);
  proofs.spend(token);
  assert.deepEqual(await proofs.check(ADA, token), BAD);
  const { token: late } = proofs.waitToken(ADA);
  nowMs += 11 * 60_000;
  assert.deepEqual(await proofs.check(ADA, late), BAD);
});

test('harder with the load, for who asks often, and for who sends what is wrong', () => {
  let queued = 0;
  const difficulty = openDifficulty(() => queued);
  const asked = (client: typeof ADA, times: number): number[] =>
    Array.from({ length: times }, () => difficulty.next(client));
  assert.deepEqual(asked(ADA, 12), [1, 1, 1, 2, 2, 2, 4, 4, 4, 4, 8, 8]);
  assert.equal(difficulty.next(BOB), 1);
  difficulty.wrong(BOB);
  assert.equal(difficulty.now(BOB), 4);
  queued = 3_000;
  assert.equal(difficulty.now(BOB), 16);
  assert.equal(difficulty.now(ADA), 32);
  const crowd = Array.from({ length: 1_100 }, (_, n) => difficulty.next({ userId: n + 2_000, ip: '198.51.100.7' }));
  assert.deepEqual([crowd[0], crowd.at(-1)], [4, 8]);
});
