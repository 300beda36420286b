// The door of catalog: products, sellers, reviews, pictures, imports.
export { type AddPictureOutcome, addPicture } from './add-picture.ts';
export { type AddReviewOutcome, addReview, type ReviewInput } from './add-review.ts';
export { type CreateProductOutcome, createProduct } from './create-product.ts';
export { ensureSeller } from './create-seller.ts';
export {
  type DeliveryEstimate,
  deliveryEstimate,
} from './delivery-estimate.ts';
export {
  type CatalogDocument,
  NEWEST_REVIEWS_KEPT,
  type Picture,
  type ReviewDocument,
} from './document.ts';
export { ensurePicture } from './ensure-picture.ts';
export { type ImportOptions, importFile } from './import-file.ts';
export type { ImportReport, ReasonReport } from './import-report.ts';
export { listReviews, type ReviewPage } from './list-reviews.ts';
export {
  listOwnProducts,
  loadDocuments,
  loadOwnProduct,
  type OwnProduct,
  scanDocuments,
} from './load-documents.ts';
export {
  PICTURE_WIDTHS,
  type PictureFormat,
  type PictureWidth,
} from './pictures.ts';
export type { ProductFields, ProductRow, ProductStatus } from './product-row.ts';
export { type SeedDemoOptions, seedDemo } from './seed-demo.ts';
export type { ProductPatch } from './store.ts';
export { assignSeller, findSeller, findSellersOfUser, type Seller } from './store-sellers.ts';
export { type UpdateProductOutcome, updateProduct } from './update-product.ts';
