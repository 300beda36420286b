import { type Html, html, nothing } from '../../../lib/html.ts';
import { countText } from './count.ts';

export type Rating = { average: number; count: number };

/** Mean and number of ratings, from how many gave one star, two, … The mean has one decimal, as it is shown. */
export function ratingOf(counts: readonly number[]): Rating {
  let count = 0;
  let sum = 0;
  for (const [index, given] of counts.entries()) {
    count += given;
    sum += given * (index + 1);
  }
  return { average: count === 0 ? 0 : Math.round((sum / count) * 10) / 10, count };
}

/** Five stars, filled to the half star. Eleven classes instead of a width: the CSP allows no inline style. */
export function stars(average: number): Html {
  return html`<span class="stars stars-${Math.round(average * 2)}" role="img" aria-label="${average} out of 5 stars"></span>`;
}

export function ratingLine(rating: Rating): Html {
  if (rating.count === 0) return nothing;
  return html`<span class="rating">${stars(rating.average)} <span class="rating-figure">${rating.average.toFixed(1)}</span> <span class="muted">(${countText(rating.count)}<span class="visually-hidden"> ratings</span>)</span></span>`;
}

/** How many gave each number of stars, best first, as bars. */
export function ratingHistogram(counts: readonly number[]): Html {
  const most = Math.max(1, ...counts);
  return html`<table class="histogram"><caption class="visually-hidden">Ratings by number of stars</caption><tbody>${counts
    .map((given, index) => ({ given, starCount: index + 1 }))
    .reverse()
    .map(
      ({ given, starCount }) =>
        html`<tr><th scope="row">${starCount}<span class="visually-hidden"> stars</span></th><td class="histogram-bar"><svg viewBox="0 0 100 8" width="100" height="8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="track" width="100" height="8"/><rect class="fill" width="${Math.round((given / most) * 100)}" height="8"/></svg></td><td class="number">${countText(given)}</td></tr>`,
    )}</tbody></table>`;
}
