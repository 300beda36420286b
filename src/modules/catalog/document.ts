export type Picture = { pictureId: string; width: number; height: number; alt: string }; // files: {picturesDirectory}/{first 2 of id}/{id}-{width}.avif|.webp, widths 320, 640, 1200

export type ReviewDocument = {
  reviewId: string;
  rating: number;
  title: string;
  body: string;
  author: string;
  createdAt: string;
  verifiedPurchase: boolean;
};

export type CatalogDocument = {
  productId: number;
  sellerId: number;
  sellerName: string;
  sellerRating: number | null;
  title: string;
  description: string;
  brand: string | null;
  category: string[];
  attributes: Record<string, string>;
  gtin: string | null;
  familyKey: string | null;
  variant: Record<string, string>;
  priceMinor: number;
  currency: string;
  pictures: Picture[];
  ratingCounts: number[]; // five numbers, one star first
  createdAtMs: number;
  newestReviews: ReviewDocument[]; // at most NEWEST_REVIEWS_KEPT; older pages come from catalog's store
};

export const NEWEST_REVIEWS_KEPT = 20;
