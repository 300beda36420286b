// That a mail address is its owner's: a signed link is mailed to it, and whoever opens the link has read the mail.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Database } from '../../lib/db.ts';
import type { Accounts } from './accounts.ts';
import {
  type AskedVerification,
  forgetAskedVerifications,
  loadAskedVerifications,
  runAskVerification,
  runConfirmMail,
} from './store-verification.ts';

const SIGNATURE_BYTES = 16; // 128 bits: enough that nobody guesses one
const LINK_VALID_SECONDS = 24 * 60 * 60;
const MAX_ASKED_A_RUN = 100;
const ONE_QUEUE = 0;

function signatureOf(key: Uint8Array, userId: number, untilSeconds: number): Buffer {
  return createHmac('sha256', key)
    .update(`verify-mail:${userId}:${untilSeconds}`)
    .digest()
    .subarray(0, SIGNATURE_BYTES);
}

/** The path and query under the shop's origin. */
export function mailVerificationPath(key: Uint8Array, asked: Pick<AskedVerification, 'userId' | 'askedAt'>): string {
  const until = Math.floor(asked.askedAt.getTime() / 1_000) + LINK_VALID_SECONDS;
  return `/me/verify-mail?user=${asked.userId}&until=${until}&link=${signatureOf(key, asked.userId, until).toString('base64url')}`;
}

/** The mail goes out with the worker's next round. Asking again before that changes nothing. */
export async function askMailVerification(
  accounts: Accounts,
  userId: number,
): Promise<{ kind: 'asked' | 'verified' | 'not-found' }> {
  const row = await runAskVerification(accounts.db, userId);
  if (!row) return { kind: 'not-found' };
  return { kind: row.verified ? 'verified' : 'asked' };
}

export async function confirmMail(
  accounts: Accounts,
  key: Uint8Array,
  shown: { userId: number; untilSeconds: number; link: string },
): Promise<{ kind: 'verified' | 'bad-link' }> {
  const given = Buffer.from(shown.link, 'base64url');
  const right = signatureOf(key, shown.userId, shown.untilSeconds);
  const isRight = given.length === right.length && timingSafeEqual(given, right);
  if (!isRight || shown.untilSeconds * 1_000 < accounts.now()) return { kind: 'bad-link' };
  return { kind: (await runConfirmMail(accounts.db, shown.userId)) ? 'verified' : 'bad-link' };
}

/** Of a drop's crowd everybody is asked for, so what is known is remembered and the rest looked up many at a time. */
export async function isMailVerified(accounts: Accounts, userId: number): Promise<boolean | 'overloaded'> {
  if (accounts.verifiedMails.has(userId)) return true;
  const found = await accounts.lookUpVerified.submit(ONE_QUEUE, userId);
  if (typeof found !== 'boolean') return 'overloaded';
  if (found) accounts.verifiedMails.set(userId, true);
  return found;
}

/** Hands over who has asked, then forgets it: at least once, so `send` must know repeats. Returns how many. */
export async function relayAskedVerifications(
  db: Database,
  send: (asked: AskedVerification[]) => Promise<void>,
): Promise<number> {
  const asked = await loadAskedVerifications(db, MAX_ASKED_A_RUN);
  if (asked.length === 0) return 0;
  await send(asked);
  await forgetAskedVerifications(
    db,
    asked.map((one) => one.userId),
  );
  return asked.length;
}
