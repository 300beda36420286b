// What every route folder gets: the server it registers on and the composed shop. Made once, in app.ts.

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { Database } from '../../lib/db.ts';
import type { Log } from '../../lib/log.ts';
import type { Accounts } from '../../modules/accounts/index.ts';
import type { LineWatch, Reservations } from '../../modules/inventory/index.ts';
import type { Checkout, OrderWatch } from '../../modules/orders/index.ts';
import type { PaymentProvider } from '../../modules/payments/index.ts';
import type { QueryLog, Replica } from '../../modules/search/index.ts';
import type { AnswerCounts } from './answer-counts.ts';
import type { Proofs } from './proof-of-work.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression<RawServerDefault>,
  RawReplyDefaultExpression<RawServerDefault>,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

export type Shop = {
  db: Database;
  replica: Replica;
  queryLog: QueryLog;
  accounts: Accounts;
  reservations: Reservations;
  lines: LineWatch;
  checkout: Checkout;
  provider: PaymentProvider;
  orderWatch: OrderWatch;
  /** What buyers of a drop are asked to do before they join it. */
  proofs: Proofs;
  answers: AnswerCounts;
  /** Signs the links in mails (modules/orders tracking-link). */
  linkKey: Uint8Array;
  /** Where browsers reach the shop, without a slash at the end. */
  publicOrigin: string;
  picturesDirectory: string;
  /** A shop with the demo catalogue: shows test cards and the mailbox. */
  demo: boolean;
  log: Log;
};
