import { type Html, html, nothing, queryString } from '../../../lib/html.ts';
import type { ReviewDocument } from '../../../modules/catalog/index.ts';
import type { ReplicaDocument } from '../../../modules/search/index.ts';
import { countText } from '../../kit/components/count.ts';
import { pagination } from '../../kit/components/pagination.ts';
import { ratingHistogram, ratingOf, stars } from '../../kit/components/stars.ts';
import { longDay } from '../../kit/components/time.ts';
import { markupPerDocument } from '../../kit/per-document.ts';
import type { ReviewPage } from '../../kit/product-json.ts';
import { DEFAULT_REVIEWS_SIZE } from '../product-reviews.ts';

export function reviewsPart(document: ReplicaDocument, reviews: ReviewPage): Html {
  if (ratingOf(document.ratingCounts).count === 0) {
    return html`<section class="product-part" id="reviews"><h2>Reviews</h2><p class="muted">Nobody has reviewed this yet. Buyers can, from their order.</p></section>`;
  }
  const url = (page: number): string =>
    `/product/${document.productId}${queryString({
      pagination: page === 1 ? undefined : page,
      size: reviews.size === DEFAULT_REVIEWS_SIZE ? undefined : reviews.size,
    })}#reviews`;
  return html`<section class="product-part" id="reviews"><h2>Reviews</h2><div class="ratings">
${summary(document)}
<div>${reviewList(reviews)}${pagination(reviews, url, 'Pages of reviews')}</div>
</div></section>`;
}

const summary = markupPerDocument((document: ReplicaDocument) => {
  const rating = ratingOf(document.ratingCounts);
  return html`<div><p class="ratings-average">${rating.average.toFixed(1)} ${stars(rating.average)}</p>
${ratingHistogram(document.ratingCounts)}
<p class="muted">${rating.count === 1 ? '1 rating' : `${countText(rating.count)} ratings`}</p></div>`;
});

/** The first page of a document is always the same object, so its markup is kept as well. */
const reviewList = markupPerDocument((reviews: ReviewPage) =>
  reviews.items.length === 0
    ? html`<p class="muted">No written reviews on this page.</p>`
    : html`<ol class="reviews">${reviews.items.map(reviewItem)}</ol>`,
);

function reviewItem(review: ReviewDocument): Html {
  return html`<li>${stars(review.rating)}<h3>${review.title}</h3>
<p class="review-body">${review.body}</p>
<p class="muted">${review.author}, ${longDay(review.createdAt)}${review.verifiedPurchase ? html` · Bought here` : nothing}</p></li>`;
}
