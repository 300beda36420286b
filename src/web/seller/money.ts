// What the shop owes a seller, and every entry that says why.
import { Type } from 'typebox';
import { html } from '../../lib/html.ts';
import { formatMoney } from '../../lib/money.ts';
import { type LedgerLine, type SellerBalance, sellerBalance, sellerLedger } from '../../modules/payments/index.ts';
import { emptyState } from '../kit/components/empty-state.ts';
import { keyValues } from '../kit/components/key-values.ts';
import { pagination } from '../kit/components/pagination.ts';
import { panel } from '../kit/components/section.ts';
import { table } from '../kit/components/table.ts';
import { exactTime } from '../kit/components/time.ts';
import { respond } from '../kit/negotiate.ts';
import { MoneySchema, PageQuery, problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';
import { requireSeller } from './own-shop.ts';
import { type SellerCaller, sellerFrame } from './pages/seller-frame.ts';

const BalanceJson = Type.Object({
  balances: Type.Array(
    Type.Object({
      currency: Type.String(),
      owed: Type.Integer({ description: 'Minor units the shop owes you now' }),
      sold: Type.Integer(),
      refunded: Type.Integer(),
      fees: Type.Integer(),
      paidOut: Type.Integer(),
    }),
  ),
});
const LedgerJson = Type.Object({
  items: Type.Array(
    Type.Object({
      postingId: Type.String(),
      productId: Type.String(),
      account: Type.Enum(['seller', 'fee']),
      kind: Type.Enum(['sale', 'refund']),
      money: MoneySchema,
      at: Time,
    }),
  ),
  page: Type.Integer(),
  size: Type.Integer(),
  total: Type.Integer(),
});

export function sellerMoneyRoutes(app: App, shop: Shop): void {
  app.get(
    '/seller/balance',
    {
      schema: {
        tags: ['seller'],
        summary: 'What the shop owes you',
        response: { 200: BalanceJson, ...problemResponses(401, 403) },
      },
    },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const balances = await sellerBalance(shop.db, seller.sellerId);
      return respond(request, reply, { json: () => ({ balances }), page: () => balancePage(caller, balances) });
    },
  );

  app.get(
    '/seller/ledger',
    {
      schema: {
        tags: ['seller'],
        summary: 'Every entry of your account, newest first',
        querystring: PageQuery,
        response: { 200: LedgerJson, ...problemResponses(401, 403) },
      },
    },
    async (request, reply) => {
      const { caller, seller } = await requireSeller(shop, request);
      const { page, size } = request.query;
      const ledger = await sellerLedger(shop.db, seller.sellerId, page, size);
      return respond(request, reply, {
        json: () => ({
          items: ledger.items.map((line) => ({
            ...line,
            productId: String(line.productId),
            at: line.at.toISOString(),
          })),
          page,
          size,
          total: ledger.total,
        }),
        page: () => ledgerPage(caller, { ...ledger, page, size }),
      });
    },
  );
}

function balancePage(caller: SellerCaller, balances: readonly SellerBalance[]) {
  const none = emptyState('Nothing yet', html`<p>What you are owed appears here with your first sale.</p>`);
  return sellerFrame({
    title: 'Balance',
    caller,
    here: '/seller/balance',
    main:
      balances.length === 0
        ? none
        : html`${balances.map(({ currency, owed, sold, refunded, fees, paidOut }) =>
            panel(
              currency,
              keyValues([
                ['Owed to you', formatMoney(owed, currency)],
                ['Sold', formatMoney(sold, currency)],
                ['Refunded', formatMoney(refunded, currency)],
                ['Fees', formatMoney(fees, currency)],
                ['Paid out', formatMoney(paidOut, currency)],
              ]),
            ),
          )}<p><a href="/seller/ledger">Every entry</a></p>`,
  });
}

const KINDS = { sale: 'Sale', refund: 'Refund' } as const;
const ACCOUNTS = { seller: 'your part', fee: 'the fee of the shop' } as const;

type LedgerPage = { items: readonly LedgerLine[]; page: number; size: number; total: number };

function ledgerPage(caller: SellerCaller, ledger: LedgerPage) {
  return sellerFrame({
    title: 'Ledger',
    caller,
    here: '/seller/balance',
    main:
      ledger.total === 0
        ? emptyState('No entries yet', html`<p>Each sale and each refund is written here.</p>`)
        : html`${table(
            'Ledger',
            [{ title: 'When' }, { title: 'What' }, { title: 'Posting' }, { title: 'Amount', kind: 'number' }],
            ledger.items.map((line) => [
              exactTime(line.at),
              `${KINDS[line.kind]}, ${ACCOUNTS[line.account]}`,
              line.postingId,
              formatMoney(line.money.amount, line.money.currency),
            ]),
          )}${pagination(ledger, (to) => `/seller/ledger?page=${to}&size=${ledger.size}`, 'Pages of entries')}`,
  });
}
