import { limitRate, type RateLimit } from '../kit/rate-limit.ts';
import type { App, Shop } from '../kit/shop.ts';
import { meRoutes } from './me.ts';
import { refreshRoute } from './refresh.ts';
import { registerRoutes } from './register.ts';
import { signInRoutes } from './sign-in.ts';
import { signOutRoute } from './sign-out.ts';

export type AccountShop = Pick<Shop, 'accounts' | 'db' | 'publicOrigin'>;

// Wide, because a mobile network puts thousands of people behind one address; the queue of argon2 guards the cores.
const CREDENTIALS_LIMIT: RateLimit = { requestsPerMinute: 120, burst: 200 };

export function accountRoutes(app: App, shop: AccountShop, limit: RateLimit = CREDENTIALS_LIMIT): void {
  // One bucket over all three: whoever guesses must not get three times as many tries.
  const limited = limitRate(limit);
  registerRoutes(app, shop, limited);
  signInRoutes(app, shop, limited);
  refreshRoute(app, shop, limited);
  signOutRoute(app, shop);
  meRoutes(app, shop);
}
