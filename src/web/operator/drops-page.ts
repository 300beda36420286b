import { type Html, html } from '../../lib/html.ts';
import type { DropState } from '../../modules/inventory/index.ts';
import { countText } from '../kit/components/count.ts';
import { emptyState } from '../kit/components/empty-state.ts';
import { pagination } from '../kit/components/pagination.ts';
import { pageHead } from '../kit/components/section.ts';
import { table } from '../kit/components/table.ts';
import { exactTime } from '../kit/components/time.ts';
import { layout } from '../kit/layout.ts';

export type OperatorCaller = { name: string; roles: readonly string[] };
type ListedDrop = {
  productId: string;
  title: string;
  state: DropState;
  mode: 'open' | 'line' | 'lottery';
  opensAt: string;
  total: number;
  available: number;
  waiting: number;
};

const STATES = {
  announced: { kind: 'plain', text: 'Announced' },
  open: { kind: 'good', text: 'Open' },
  paused: { kind: 'warn', text: 'Paused' },
  sold_out: { kind: 'bad', text: 'Sold out' },
} as const satisfies Record<DropState, { kind: string; text: string }>;
export const MODE_TEXTS = {
  open: 'First come, first served',
  line: 'A line in the order of arrival',
  lottery: 'A draw at the opening',
} as const;

/** client/drop-charts.ts finds it again by its attribute. */
export function stateBadge(state: DropState): Html {
  const { kind, text } = STATES[state];
  return html`<span class="badge badge-${kind}" data-state="${state}">${text}</span>`;
}

export function dropsPage(
  list: { items: readonly ListedDrop[]; page: number; size: number; total: number },
  caller: OperatorCaller,
): Html {
  return layout({
    title: 'Drops',
    caller,
    robots: 'noindex',
    main: html`${pageHead('Drops')}
${
  list.items.length === 0
    ? emptyState('No drops', html`<p>A seller announces one on the page of a product.</p>`)
    : html`${table(
        'Drops',
        [
          { title: 'Product' },
          { title: 'State' },
          { title: 'Opens' },
          { title: 'Sells by' },
          { title: 'Units', kind: 'number' },
          { title: 'Available', kind: 'number' },
          { title: 'Waiting', kind: 'number' },
        ],
        list.items.map((drop) => [
          html`<a href="/operator/drops/${drop.productId}">${drop.title}</a>`,
          stateBadge(drop.state),
          exactTime(drop.opensAt),
          MODE_TEXTS[drop.mode],
          countText(drop.total),
          countText(drop.available),
          countText(drop.waiting),
        ]),
      )}${pagination(list, (to) => `/operator/drops?page=${to}&size=${list.size}`, 'Pages of drops')}`
}`,
  });
}
