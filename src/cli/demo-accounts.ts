// Who a newcomer can sign in as; the address saves the first purchase a form.
import type { Address, Role } from '../modules/accounts/index.ts';

type DemoAccount = {
  email: string;
  name: string;
  roles: Role[];
  purpose: string;
  address: Address | null;
  sellerSlug: string | null;
};

export const DEMO_PASSWORD = 'souk-demo-1';
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    email: 'shopper@souk.test',
    name: 'Sam Shopper',
    roles: ['shopper'],
    purpose: 'buys',
    address: {
      name: 'Sam Shopper',
      line1: '12 Lantern Row',
      city: 'Port Averill',
      region: 'OR',
      postalCode: '97000',
      country: 'US',
    },
    sellerSlug: null,
  },
  {
    email: 'seller@souk.test',
    name: 'Selma Seller',
    roles: ['shopper', 'seller'],
    purpose: 'sells, for Orvane Direct',
    address: null,
    sellerSlug: 'orvane-direct',
  },
  {
    email: 'operator@souk.test',
    name: 'Oscar Operator',
    roles: ['shopper', 'operator'],
    purpose: 'watches over the market',
    address: null,
    sellerSlug: null,
  },
];
