// A product's page. Its large parts depend on the document alone and are drawn once for each; the buy box of a drop, the
// variants and the reviews asked for are drawn every time.
import { type Html, html, nothing, raw } from '../../../lib/html.ts';
import type { ReplicaDocument } from '../../../modules/search/index.ts';
import { breadcrumbs } from '../../kit/components/breadcrumbs.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { mediaUrl, noPicture, picture } from '../../kit/components/picture.ts';
import { price } from '../../kit/components/price.ts';
import { ratingLine, ratingOf } from '../../kit/components/stars.ts';
import { stockBadge } from '../../kit/components/stock-badge.ts';
import { type LiveDrop, liveDrop } from '../../kit/live-drop.ts';
import { markupPerDocument, perDocument } from '../../kit/per-document.ts';
import type { ProductMoment, ReviewPage } from '../../kit/product-json.ts';
import { searchFor } from '../search-url.ts';
import { productCrumbs } from '../structured-data.ts';
import { ageNotice } from './age-notice.ts';
import { drawPart, dropBadge, dropOffer, offer } from './offer-part.ts';
import { reviewsPart } from './product-reviews-part.ts';
import { variants } from './product-variants.ts';

export type ProductView = {
  document: ReplicaDocument;
  /** All variants of the same thing, this one included; empty where there are none. */
  family: readonly ReplicaDocument[];
  reviews: ReviewPage;
  moment: ProductMoment;
};

export function productPage(view: ProductView): Html {
  const { document } = view;
  return html`${ageNotice(view.moment.ageSeconds)}
${crumbs(document)}
<div class="product">
${gallery(document)}
<div class="buy">${heading(document)}${variants(document, view.family)}${buyBox(document, view.moment)}${facts(document)}</div>
</div>
${details(document)}
${drawPart(document, liveDrop(document, view.moment.line, view.moment.nowMs))}
${reviewsPart(document, view.reviews)}`;
}

const crumbs = markupPerDocument((document: ReplicaDocument) => breadcrumbs(productCrumbs(document)));

const GALLERY_SIZES = '(min-width: 78rem) 38rem, (min-width: 50rem) 50vw, 92vw';

/** A row that scrolls and snaps; the small pictures are links into it. No script is needed. */
const gallery = markupPerDocument(({ pictures, title }: ReplicaDocument) => {
  if (pictures.length === 0) return html`<div class="gallery">${noPicture}</div>`;
  if (pictures.length === 1) {
    return html`<ul class="gallery" aria-label="Pictures"><li>${pictures.map((one) => picture(one, GALLERY_SIZES, 'first'))}</li></ul>`;
  }
  return html`<div><ul class="gallery" aria-label="Pictures" tabindex="0">${pictures.map(
    (one, index) =>
      html`<li id="picture-${index + 1}">${picture(one, GALLERY_SIZES, index === 0 ? 'first' : 'lazy')}</li>`,
  )}</ul>
<ul class="thumbs" aria-label="Choose a picture">${pictures.map(
    (one, index) =>
      html`<li><a href="#picture-${index + 1}"><img src="${mediaUrl(one.pictureId, 320, 'webp')}" width="64" height="64" alt="Picture ${index + 1} of ${title}" loading="lazy"></a></li>`,
  )}</ul></div>`;
});

const heading = markupPerDocument((document: ReplicaDocument) => {
  const { brand } = document;
  const rating = ratingOf(document.ratingCounts);
  return html`${brand ? html`<p class="brand"><a href="${searchFor({ brands: [brand] })}">${brand}</a></p>` : nothing}
<h1>${document.title}</h1>
${rating.count === 0 ? nothing : html`<p><a class="rating-link" href="#reviews">${ratingLine(rating)}</a></p>`}`;
});

// Without a drop nothing in it is of the moment but the days of delivery, which change once a day.
const keptBuyBox = perDocument((_document: ReplicaDocument) => ({ earliest: '', box: nothing }));

function buyBox(document: ReplicaDocument, moment: ProductMoment): Html {
  const drop = liveDrop(document, moment.line, moment.nowMs);
  if (drop) return newBuyBox(document, moment, drop);
  const kept = keptBuyBox(document);
  if (kept.earliest !== moment.delivery.earliest) {
    kept.earliest = moment.delivery.earliest;
    kept.box = raw(String(newBuyBox(document, moment, null)));
  }
  return kept.box;
}

function newBuyBox(document: ReplicaDocument, moment: ProductMoment, drop: LiveDrop | null): Html {
  return html`<section class="buy-box" aria-label="Buy">
<p>${price(document.priceMinor, document.currency)}</p>
<p>${drop ? dropBadge(document, drop) : stockBadge(document.stock)}</p>
${drop ? dropOffer(document, drop, moment) : offer(document, moment)}
</section>`;
}

const facts = markupPerDocument(
  ({ sellerId, sellerName, sellerRating }: ReplicaDocument) =>
    html`<p>Sold and sent by <a href="${searchFor({ sellers: [String(sellerId)] })}">${sellerName}</a>${
      sellerRating === null ? nothing : html` <span class="muted">rated ${sellerRating.toFixed(1)} of 5</span>`
    }</p>`,
);

const details = markupPerDocument((document: ReplicaDocument) => {
  const attributes = Object.entries({ ...document.variant, ...document.attributes });
  return html`<div class="columns product-part">
${document.description === '' ? nothing : html`<section><h2>About it</h2><p class="prose">${document.description}</p></section>`}
<section><h2>Details</h2>${keyValues([
    ...attributes,
    ...(document.gtin ? [['GTIN', document.gtin] as const] : []),
    ['Article number', document.productId],
  ])}</section>
</div>`;
});
