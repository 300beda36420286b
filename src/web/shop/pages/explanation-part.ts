// Why the results are what they are, for operators: which words were asked for under which terms, and what each score is the sum of.
import { type Html, html } from '../../../lib/html.ts';
import type { Explanation, SearchResult } from '../../../modules/search/index.ts';
import { countText } from '../../kit/components/count.ts';
import { panel } from '../../kit/components/section.ts';
import { table } from '../../kit/components/table.ts';

export function explanationPart({ text, words, brands, scores }: Explanation, items: SearchResult['items']): Html {
  const titles = new Map(items.map(({ productId, title }) => [productId, title]));
  return panel(
    'Why these results',
    html`<p>Searched for: <strong>${text === '' ? 'everything' : text}</strong>${brands.length === 0 ? '' : `. Brands recognised: ${brands.join(', ')}`}.</p>
${
  words.length === 0
    ? ''
    : table(
        'Words',
        [{ title: 'Word' }, { title: 'Weight', kind: 'number' }, { title: 'Found as' }],
        words.map(({ word, isHead, weight, foundAs }) => [
          isHead ? html`${word} <span class="muted">(the thing itself)</span>` : word,
          String(weight),
          foundAs.map((one) => `${one.words} ×${one.weight} in ${countText(one.products)}`).join('; '),
        ]),
      )
}
${
  scores.length === 0
    ? ''
    : table(
        'Scores',
        [{ title: 'Product' }, { title: 'Score', kind: 'number' }, { title: 'Sum of' }],
        scores.map(({ productId, score, parts }) => [
          html`<a href="/product/${productId}">${titles.get(productId) ?? productId}</a>`,
          String(score),
          Object.entries(parts)
            .map(([name, part]) => `${name} ${part}`)
            .join(', '),
        ]),
      )
}`,
  );
}
