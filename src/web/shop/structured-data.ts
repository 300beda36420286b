// What search engines and chat previews read of a product: schema.org Product and BreadcrumbList, Open Graph tags.
import { type Html, html, jsonInHtml, nothing } from '../../lib/html.ts';
import { minorDigits } from '../../lib/money.ts';
import { CATEGORY_SEPARATOR, type ReplicaDocument } from '../../modules/search/index.ts';
import { breadcrumbList, type Crumb } from '../kit/components/breadcrumbs.ts';
import { mediaUrl } from '../kit/components/picture.ts';
import { ratingOf } from '../kit/components/stars.ts';
import { searchFor } from './search-url.ts';

const REVIEWS_SHOWN = 3;
const DESCRIPTION_CHARACTERS = 160; // what search engines show of one

export function productCrumbs(document: ReplicaDocument): Crumb[] {
  const crumbs = document.category.map((name, index) => ({
    text: name,
    href: searchFor({ categories: [document.category.slice(0, index + 1).join(CATEGORY_SEPARATOR)] }),
  }));
  return [{ text: 'All products', href: '/search' }, ...crumbs];
}

export function productHead(document: ReplicaDocument, origin: string): Html {
  const url = `${origin}/product/${document.productId}`;
  const [first] = document.pictures;
  const crumbs = [...productCrumbs(document), { text: document.title }];
  return html`<link rel="canonical" href="${url}">
<meta name="description" content="${summary(document)}">
<meta property="og:type" content="product">
<meta property="og:title" content="${document.title}">
<meta property="og:url" content="${url}">
<meta property="og:site_name" content="Souk">
${first ? html`<meta property="og:image" content="${origin}${mediaUrl(first.pictureId, 1200, 'webp')}">` : nothing}
<script type="application/ld+json">${jsonInHtml(schemaProduct(document, origin, url))}</script>
<script type="application/ld+json">${jsonInHtml(breadcrumbList(crumbs, origin))}</script>`;
}

/** https://schema.org/Product */
function schemaProduct(document: ReplicaDocument, origin: string, url: string): object {
  const rating = ratingOf(document.ratingCounts);
  const digits = minorDigits(document.currency);
  return {
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: document.title,
    description: document.description,
    sku: String(document.productId),
    ...(document.gtin ? { gtin: document.gtin } : {}),
    ...(document.brand ? { brand: { '@type': 'Brand', name: document.brand } } : {}),
    category: document.category.join(CATEGORY_SEPARATOR),
    image: document.pictures.map((picture) => `${origin}${mediaUrl(picture.pictureId, 1200, 'webp')}`),
    offers: {
      '@type': 'Offer',
      url,
      price: (document.priceMinor / 10 ** digits).toFixed(digits),
      priceCurrency: document.currency,
      availability: `https://schema.org/${availability(document)}`,
      seller: { '@type': 'Organization', name: document.sellerName },
    },
    ...(rating.count > 0
      ? {
          aggregateRating: { '@type': 'AggregateRating', ratingValue: rating.average, reviewCount: rating.count },
          review: document.newestReviews.slice(0, REVIEWS_SHOWN).map((review) => ({
            '@type': 'Review',
            name: review.title,
            reviewBody: review.body,
            datePublished: review.createdAt.slice(0, 10),
            author: { '@type': 'Person', name: review.author },
            reviewRating: { '@type': 'Rating', ratingValue: review.rating },
          })),
        }
      : {}),
  };
}

function availability(document: ReplicaDocument): string {
  if (document.stock.state === 'sold_out') return 'SoldOut';
  return document.stock.state === 'low' ? 'LimitedAvailability' : 'InStock';
}

function summary(document: ReplicaDocument): string {
  const text = document.description.replaceAll(/\s+/g, ' ').trim();
  if (text.length <= DESCRIPTION_CHARACTERS) return text || document.title;
  return `${text.slice(0, text.lastIndexOf(' ', DESCRIPTION_CHARACTERS) || DESCRIPTION_CHARACTERS)}…`;
}
