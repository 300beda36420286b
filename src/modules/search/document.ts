// What a node keeps of a product: what the catalogue says of it, and what shoppers may know of its stock and its drop.
import type { CatalogDocument } from '../catalog/index.ts';

/** `available` is a number only where the state is low (1 to 10 left): plenty is not counted for shoppers. */
export type StockLevel = { state: 'in_stock' | 'low' | 'sold_out'; available: number | null };
export type DropSummary = { opensAt: string; perCustomerLimit: number | null; holdSeconds: number };
export type ReplicaDocument = CatalogDocument & { stock: StockLevel; drop: DropSummary | null };
/** What a list of products shows of each. */
export type ListedProduct = Pick<
  ReplicaDocument,
  | 'productId'
  | 'sellerId'
  | 'sellerName'
  | 'title'
  | 'brand'
  | 'category'
  | 'familyKey'
  | 'priceMinor'
  | 'currency'
  | 'pictures'
  | 'ratingCounts'
  | 'stock'
>;
