import { type Html, html } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import { buttonLink } from '../../kit/components/button.ts';
import { emptyState } from '../../kit/components/empty-state.ts';
import { pagination } from '../../kit/components/pagination.ts';
import { badge } from '../../kit/components/stock-badge.ts';
import { table } from '../../kit/components/table.ts';
import { type SellerCaller, sellerFrame } from './seller-frame.ts';

type ListedProduct = {
  productId: string;
  title: string;
  price: { amount: number; currency: string };
  stock: { state: string; available: number | null };
  status: string;
};

export function productsPage(
  caller: SellerCaller,
  shopName: string,
  list: { items: readonly ListedProduct[]; page: number; size: number; total: number },
): Html {
  return sellerFrame({
    title: `Products of ${shopName}`,
    caller,
    here: '/seller/products',
    beside: buttonLink('/seller/products/new', 'New product'),
    main:
      list.total === 0
        ? emptyState('Nothing on sale yet', html`<p>Your first product is a title, a price and a stock.</p>`)
        : html`${table(
            'Your products',
            [{ title: 'Product' }, { title: 'Price', kind: 'number' }, { title: 'Stock' }, { title: 'Shown' }],
            list.items.map((product) => [
              html`<a href="/seller/products/${product.productId}">${product.title}</a>`,
              formatMoney(product.price.amount, product.price.currency),
              stockBadge(product.stock),
              product.status === 'active' ? 'yes' : badge('plain', 'hidden'),
            ]),
          )}${pagination(list, (to) => `/seller/products?page=${to}&size=${list.size}`, 'Pages of products')}`,
  });
}

function stockBadge(stock: { state: string; available: number | null }): Html {
  if (stock.state === 'sold_out') return badge('bad', 'Sold out');
  return stock.available === null ? badge('good', 'In stock') : badge('warn', `${stock.available} left`);
}
