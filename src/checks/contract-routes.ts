// The routes that clients out there are written against. They change only by addition.
export const CONTRACT: readonly string[] = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/logout',
  'GET /me',
  'PUT /me/address',
  'GET /me/orders',
  'GET /search',
  'GET /search/suggest',
  'GET /product/{productId}',
  'POST /product/purchase',
  'GET /pay/{reservationId}',
  'DELETE /reservation/{reservationId}',
  'POST /product/payment',
  'GET /product/payment/{paymentId}',
  'GET /track/{orderId}',
  'POST /orders/{orderId}/cancel',
  'POST /product/{productId}/reviews',
  'POST /seller/products',
  'PATCH /seller/products/{productId}',
  'POST /seller/products/{productId}/pictures',
  'POST /seller/products/{productId}/stock',
  'PUT /seller/products/{productId}/drop',
  'GET /seller/orders',
  'POST /seller/orders/{orderId}/events',
  'POST /seller/orders/{orderId}/refund',
  'GET /seller/balance',
  'GET /seller/ledger',
  'GET /operator/audit',
];

/** Promised, and not there yet. */
export const LATER: Readonly<Record<string, string>> = {
  'GET /line/{ticketId}': 'a drop sells in the order of arrival so far; the line comes with it',
  'GET /operator/drops/{productId}': 'the live view of a drop comes with the line',
  'POST /operator/drops/{productId}/pause': 'comes with the live view',
  'POST /operator/drops/{productId}/resume': 'comes with the live view',
};

/** Documented as well, and free to change: files, and what the shop's own pages need. */
export const BESIDES: readonly string[] = [
  'GET /media/{file}',
  'GET /receipt/{orderId}',
  'GET /receipt/{orderId}.pdf',
  'GET /auth/register',
  'GET /auth/login',
  'POST /me/address',
  'GET /seller',
  'GET /seller/products',
  'GET /seller/products/new',
  'GET /seller/products/{productId}',
  'POST /seller/products/{productId}',
  'GET /seller/orders/{orderId}',
];

/** Whoever is not signed in may use them. */
export const PUBLIC: readonly string[] = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/logout',
  'GET /search',
  'GET /search/suggest',
  'GET /product/{productId}',
];
