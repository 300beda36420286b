// The variants of one thing, as links to each. What differs in several ways has a row for each way.
import { type Html, html, nothing } from '../../../lib/html.ts';
import type { ReplicaDocument } from '../../../modules/search/index.ts';
import { price } from '../../kit/components/price.ts';

export function variants(document: ReplicaDocument, family: readonly ReplicaDocument[]): Html {
  if (family.length < 2) return nothing;
  const names = [...new Set(family.flatMap((sibling) => Object.keys(sibling.variant)))];
  // Rows reach every variant only while no two of them are the same by name.
  const areDistinct = new Set(family.map(textOf)).size === family.length;
  const rows =
    names.length > 1 && areDistinct
      ? names.map((name) => row(name, rowOf(name, document, family), document))
      : row(
          names.join(', ') || 'Variants',
          family.map((sibling) => ({ text: textOf(sibling), sibling })),
          document,
        );
  return html`<nav class="variants" aria-label="Variants">${rows}</nav>`;
}

type Choice = { text: string; sibling: ReplicaDocument };

/** One choice for each value of a name: the variant that has it and is otherwise most like the one on show. */
export function rowOf(name: string, document: ReplicaDocument, family: readonly ReplicaDocument[]): Choice[] {
  const best = new Map<string, { sibling: ReplicaDocument; likeness: number }>();
  for (const sibling of family) {
    const value = sibling.variant[name];
    if (value === undefined) continue;
    const likeness = Object.entries(document.variant).filter(([other, own]) => sibling.variant[other] === own).length;
    const known = best.get(value);
    if (!known || likeness > known.likeness) best.set(value, { sibling, likeness });
  }
  return [...best].map(([text, { sibling }]) => ({ text, sibling }));
}

function row(title: string, choices: readonly Choice[], document: ReplicaDocument): Html {
  return html`<h2>${title}</h2><ul class="chips">${choices.map(
    ({ text, sibling }) =>
      html`<li><a class="chip" href="/product/${sibling.productId}"${sibling.productId === document.productId ? html` aria-current="true"` : nothing}>${text}${
        sibling.priceMinor === document.priceMinor
          ? nothing
          : html` <span class="muted">${price(sibling.priceMinor, sibling.currency)}</span>`
      }${sibling.stock.state === 'sold_out' ? html` <span class="muted">sold out</span>` : nothing}</a></li>`,
  )}</ul>`;
}

function textOf(sibling: ReplicaDocument): string {
  return Object.values(sibling.variant).join(', ') || sibling.title;
}
