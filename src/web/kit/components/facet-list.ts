// Ways to narrow a list, as plain links: each leads to the same list with one thing more or one less.

import { type Html, html, nothing } from '../../../lib/html.ts';
import { countText } from './count.ts';

export type FacetEntry = {
  text: string | Html;
  count: number | null;
  href: string;
  selected: boolean;
  depth?: 1 | 2 | 3;
};

const SHOWN_AT_ONCE = 8;

function item(entry: FacetEntry): Html {
  const depth = entry.depth ? html` class="depth-${entry.depth}"` : nothing;
  const current = entry.selected ? html` aria-current="true"` : nothing;
  const count = entry.count === null ? nothing : html` <span class="count">${countText(entry.count)}</span>`;
  return html`<li${depth}><a href="${entry.href}" rel="nofollow"${current}>${entry.text}${entry.selected ? html`<span class="visually-hidden"> (chosen, choose to take off)</span>` : nothing}</a>${count}</li>`;
}

/** Nothing where there is nothing to choose. Long lists fold, without a script. */
export function facetList(title: string, entries: readonly FacetEntry[]): Html {
  if (entries.length === 0) return nothing;
  const chosenFirst = entries.some((entry) => entry.depth)
    ? entries
    : [...entries.filter((entry) => entry.selected), ...entries.filter((entry) => !entry.selected)];
  const rest = chosenFirst.slice(SHOWN_AT_ONCE);
  return html`<section class="facet"><h3>${title}</h3><ul>${chosenFirst.slice(0, SHOWN_AT_ONCE).map(item)}</ul>${
    rest.length === 0
      ? nothing
      : html`<details><summary>${rest.length} more<span class="visually-hidden"> under ${title}</span></summary><ul>${rest.map(item)}</ul></details>`
  }</section>`;
}
