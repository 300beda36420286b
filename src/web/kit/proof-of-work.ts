// What a buyer's browser must do before it may join a drop that asks for it: solve a puzzle, or wait a while where it
// runs no scripts. Both are signed for one user and one product, end after ten minutes, and count once.
//
// Nothing is stored for a puzzle. What was spent is remembered by this node alone; on another one the same proof finds
// the ticket that it has brought already, since a user has one ticket a product.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Challenge, createChallenge, type Payload, randomInt, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { LRUCache } from 'lru-cache';
import { Type } from 'typebox';
import { Check } from 'typebox/schema';
import { openDifficulty } from './proof-difficulty.ts';

/** PBKDF2, which browsers compute natively, so that programs gain little on them: about 0.15 ms a try. */
const ALGORITHM = 'PBKDF2/SHA-256';
const COST_ITERATIONS = 1_000;
/** Tries at the easiest, at most; half of it on average. */
const EASIEST_TRIES = 400;
const VALID_MS = 10 * 60_000;
const MAX_SPENT_REMEMBERED = 100_000;
const EASIEST_WAIT_SECONDS = 10;
const MAX_WAIT_SECONDS = 60;
const WAIT_PREFIX = 'wait';
export const PROOF_MAX_CHARACTERS = 2_000;

export type Joiner = { productId: number; userId: number; ip: string };
export type WaitToken = { token: string; waitSeconds: number };
export type ProofOutcome =
  | { kind: 'good' }
  /** A wait that is not over; the same token is good then. */
  | { kind: 'wait'; leftSeconds: number }
  | { kind: 'bad' };

export type Proofs = {
  challenge(joiner: Joiner): Promise<Challenge>;
  waitToken(joiner: Joiner): WaitToken;
  check(joiner: Joiner, proof: string): Promise<ProofOutcome>;
  /** It has brought a unit or a place, and brings nothing more. */
  spend(proof: string): void;
};

export function openProofs(options: { key: Uint8Array; load: () => number; now?: () => number }): Proofs {
  const { key, now = Date.now } = options;
  const difficulty = openDifficulty(options.load);
  const secretFor = (purpose: string): string => createHmac('sha256', key).update(purpose).digest('hex');
  const [signing, keySigning, waiting] = ['challenge', 'solution', 'wait'].map(secretFor) as [string, string, string];
  // By signature, so that no spelling of the same proof counts twice.
  const spent = new LRUCache<string, true>({ max: MAX_SPENT_REMEMBERED, ttl: VALID_MS });

  async function checkSolution(joiner: Joiner, payload: Payload): Promise<ProofOutcome> {
    const { challenge, solution } = payload;
    const { verified, expired } = await verifySolution({
      challenge,
      solution,
      deriveKey,
      hmacSignatureSecret: signing,
      hmacKeySignatureSecret: keySigning,
    });
    const { data } = challenge.parameters;
    const isRight = verified && data?.productId === joiner.productId && data?.userId === joiner.userId;
    if (!isRight && !expired) difficulty.wrong(joiner);
    return { kind: isRight && !spent.has(challenge.signature ?? '') ? 'good' : 'bad' };
  }

  const signatureOf = (joiner: Joiner, startSeconds: number, waitSeconds: number): Buffer =>
    createHmac('sha256', waiting)
      .update(`${joiner.productId} ${joiner.userId} ${startSeconds} ${waitSeconds}`)
      .digest();

  function checkWait(joiner: Joiner, proof: string): ProofOutcome {
    const [, start = '', wait = '', signature = ''] = proof.split('.');
    const [startSeconds, waitSeconds] = [Number(start), Number(wait)];
    const given = Buffer.from(signature, 'base64url');
    const right = signatureOf(joiner, startSeconds, waitSeconds);
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      difficulty.wrong(joiner);
      return { kind: 'bad' };
    }
    if (spent.has(signature)) return { kind: 'bad' };
    const leftSeconds = startSeconds + waitSeconds - now() / 1_000;
    if (leftSeconds > 0) return { kind: 'wait', leftSeconds: Math.ceil(leftSeconds) };
    return { kind: leftSeconds * -1_000 < VALID_MS ? 'good' : 'bad' };
  }

  return {
    challenge: (joiner) =>
      createChallenge({
        algorithm: ALGORITHM,
        cost: COST_ITERATIONS,
        counter: randomInt(EASIEST_TRIES * difficulty.next(joiner)),
        data: { productId: joiner.productId, userId: joiner.userId },
        expiresAt: new Date(now() + VALID_MS),
        deriveKey,
        hmacSignatureSecret: signing,
        hmacKeySignatureSecret: keySigning,
      }),
    waitToken: (joiner) => {
      const waitSeconds = Math.min(EASIEST_WAIT_SECONDS * difficulty.now(joiner), MAX_WAIT_SECONDS);
      const startSeconds = Math.floor(now() / 1_000);
      const signature = signatureOf(joiner, startSeconds, waitSeconds).toString('base64url');
      return { token: [WAIT_PREFIX, startSeconds, waitSeconds, signature].join('.'), waitSeconds };
    },
    check: async (joiner, proof) => {
      const payload = isWait(proof) ? undefined : parse(proof);
      return payload ? checkSolution(joiner, payload) : checkWait(joiner, proof);
    },
    spend: (proof) => {
      const signature = isWait(proof) ? proof.split('.')[3] : parse(proof)?.challenge.signature;
      if (signature) spent.set(signature, true);
    },
  };
}

function isWait(proof: string): boolean {
  return proof.startsWith(`${WAIT_PREFIX}.`);
}

const Hex = (maxLength: number) => Type.String({ pattern: '^[0-9a-f]+$', maxLength });
const PayloadSchema = Type.Object({
  challenge: Type.Object({
    parameters: Type.Object(
      {
        algorithm: Type.Literal(ALGORITHM),
        cost: Type.Literal(COST_ITERATIONS),
        nonce: Hex(64),
        salt: Hex(64),
        keyLength: Type.Integer({ minimum: 1, maximum: 64 }),
        keyPrefix: Hex(128),
        keySignature: Hex(128),
        expiresAt: Type.Integer(),
        data: Type.Object({ productId: Type.Integer(), userId: Type.Integer() }, { additionalProperties: false }),
      },
      { additionalProperties: false },
    ),
    signature: Hex(128),
  }),
  solution: Type.Object({ counter: Type.Integer(), derivedKey: Hex(128) }),
});

/** Base64 of JSON, as ALTCHA's own widget sends it. */
function parse(proof: string): Payload | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(proof, 'base64').toString('utf8'));
    return Check(PayloadSchema, value) ? value : undefined;
  } catch {
    return undefined; // no JSON, so no proof
  }
}
