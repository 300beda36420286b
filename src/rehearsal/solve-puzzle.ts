// What a buyer's browser does where a drop asks for a proof of work: as client/proof-of-work.ts, with Node's own PBKDF2.
import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';

/** The value of `proof`; undefined: there was no puzzle, or none that ends. */
export async function solvePuzzle(challenge: unknown): Promise<string | undefined> {
  if (typeof challenge !== 'object' || challenge === null) return undefined;
  const solution = await solveChallenge({ challenge: challenge as Challenge, deriveKey });
  return solution ? Buffer.from(JSON.stringify({ challenge, solution })).toString('base64') : undefined;
}
