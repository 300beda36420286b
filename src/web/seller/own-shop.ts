import type { FastifyRequest } from 'fastify';
import { problem } from '../../lib/problem.ts';
import type { User } from '../../modules/accounts/index.ts';
import { findSellersOfUser, type Seller } from '../../modules/catalog/index.ts';
import { requireCaller } from '../kit/caller.ts';
import type { Shop } from '../kit/shop.ts';

/** Who calls, and the seller that they sign in for: the oldest where there are several. */
export async function requireSeller(shop: Shop, request: FastifyRequest): Promise<{ caller: User; seller: Seller }> {
  const caller = requireCaller(request, 'seller');
  const [seller] = await findSellersOfUser(shop.db, caller.userId);
  if (!seller) throw problem('forbidden', { detail: 'This account has no shop of its own yet.' });
  return { caller, seller };
}
