// Who may join a drop that asks for more than an account: told from memory, before anything is queued.
import type { FastifyRequest } from 'fastify';
import { problem } from '../../lib/problem.ts';
import { isMailVerified } from '../../modules/accounts/index.ts';
import type { CardEntries } from '../../modules/payments/index.ts';
import { wantsPage } from '../kit/negotiate.ts';
import type { Shop } from '../kit/shop.ts';

const BUSY_RETRY_SECONDS = 2;

export type Admission =
  | { kind: 'admitted' }
  /** A browser goes there, to do what is asked of it. */
  | { kind: 'sent-on'; location: string };

const ADMITTED: Admission = { kind: 'admitted' };

export function waitPath(productId: number, token?: string): string {
  return `/product/${productId}/wait${token === undefined ? '' : `?token=${encodeURIComponent(token)}`}`;
}

/** API clients get a problem that says what is asked for. */
export async function admit(
  shop: Shop,
  cardEntries: CardEntries,
  request: FastifyRequest,
  buyer: { productId: number; userId: number },
  proof: string | undefined,
): Promise<Admission> {
  const condition = shop.lines.line(buyer.productId)?.entryCondition ?? 'none';
  // Who presses twice is in line already, and hears it again.
  if (condition === 'none' || shop.reservations.remembers(buyer.productId, buyer.userId)) return ADMITTED;
  const isPage = wantsPage(request);
  const sendOn: Admission = { kind: 'sent-on', location: waitPath(buyer.productId) };
  if (condition === 'verified-mail') {
    const isVerified = await isMailVerified(shop.accounts, buyer.userId);
    if (isVerified === 'overloaded') throw problem('overloaded', { retryAfterSeconds: BUSY_RETRY_SECONDS });
    if (isVerified) return ADMITTED;
    if (isPage) return sendOn;
    throw problem('mail-not-verified');
  }
  if (condition === 'payment-method') {
    const entry = await cardEntries.submit(buyer.productId, buyer.userId);
    if (entry.kind === 'overloaded') throw problem('overloaded', { retryAfterSeconds: BUSY_RETRY_SECONDS });
    if (entry.kind === 'entered') return ADMITTED;
    if (isPage) return sendOn;
    throw problem(entry.kind === 'no-card' ? 'payment-method-required' : 'card-already-entered');
  }
  const joiner = { ...buyer, ip: request.ip };
  const outcome = proof === undefined ? { kind: 'bad' as const } : await shop.proofs.check(joiner, proof);
  if (outcome.kind === 'good') return ADMITTED;
  if (isPage)
    return { kind: 'sent-on', location: waitPath(buyer.productId, outcome.kind === 'wait' ? proof : undefined) };
  if (outcome.kind === 'wait') throw problem('proof-required', { retryAfterSeconds: outcome.leftSeconds });
  throw problem('proof-required', { challenge: await shop.proofs.challenge(joiner) });
}
