// Every fault a client can be told of, in one table; the answers are RFC 9457 problem documents.
export type ProblemEntry = {
  status: number;
  title: string;
  /** What to do next; shown at /problems/<slug> and on error pages. */
  help: string;
  /** The same for somebody at a browser, where `help` speaks of what only programs send and read. */
  pageHelp?: string;
};

const table = {
  'invalid-input': {
    status: 422,
    title: 'Some of what was sent is not right',
    help: 'Each entry of `errors` names a field by JSON pointer and says what it needs. Correct it and send again; nothing was changed.',
    pageHelp: 'Correct it and try again; nothing was changed.',
  },
  'malformed-json': {
    status: 422,
    title: 'The body is not JSON',
    help: 'Send one JSON value in UTF-8, at most 20 levels deep.',
  },
  'raw-card-refused': {
    status: 422,
    title: 'A card number must not be sent here',
    help: 'Card numbers go to the payment provider’s own page only. Send the token that it gives you as `paymentDetails.token`. What you sent was not stored and not logged.',
  },
  'address-required': {
    status: 422,
    title: 'Where should it go?',
    help: 'Send `paymentDetails.shippingAddress`, or save an address with PUT /me/address.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'This Idempotency-Key was used for another request',
    help: 'Use a new key for a new request. The same key only repeats the same request.',
  },
  'sign-in-required': {
    status: 401,
    title: 'Please sign in',
    help: 'Send `Authorization: Bearer <access token>`, or sign in at /auth/login.',
  },
  'bad-credentials': {
    status: 401,
    title: 'E-mail or password is wrong',
    help: 'Check both. We do not say which of them it was.',
  },
  'invalid-token': {
    status: 401,
    title: 'This token is not valid any more',
    help: 'Sign in again. A refresh token works once; using it twice ends all of its session.',
  },
  'payment-declined': {
    status: 402,
    title: 'The bank declined the payment',
    help: '`declineCode` says why, as far as the bank tells. The unit stays yours until `expiresAt`: try another card.',
  },
  forbidden: { status: 403, title: 'That is not for this account', help: 'Sign in with an account that may do this.' },
  'proof-required': {
    status: 403,
    title: 'This sale wants a puzzle solved first',
    help: 'Solve `challenge` (ALTCHA; another one is at GET /product/{productId}/proof) and send base64 of `{challenge, solution}` as `proof` with the purchase. A browser is taken to a page that does it. Use a new Idempotency-Key.',
  },
  'mail-not-verified': {
    status: 403,
    title: 'This sale wants a verified e-mail address',
    help: 'POST /me/verify-mail sends a link to your address. Open it, then try again.',
  },
  'payment-method-required': {
    status: 403,
    title: 'This sale wants a saved payment method',
    help: 'Save one at /me: the payment provider keeps the card, and nothing is charged until you buy. An API client finds the provider’s page as `addPage` of GET /me/payment-methods. Then try again.',
  },
  'card-already-entered': {
    status: 409,
    title: 'Another account has entered this sale with your card',
    help: 'Each card lets in one customer. Save a card of your own at /me, or sign in with the account that has entered.',
  },
  'cross-origin': {
    status: 403,
    title: 'This request came from another site',
    help: 'State changes with the session cookie must come from the shop’s own pages. API clients use a bearer token.',
    pageHelp: 'Nothing was changed. Go to the page in the shop and press the button there.',
  },
  'not-bought': {
    status: 403,
    title: 'Only buyers can review a product',
    help: 'A review can be written once the product has been bought with this account.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    help: 'Check the address. Things of other people answer like things that do not exist.',
  },
  'product-not-found': {
    status: 404,
    title: 'This product is not in the shop',
    help: 'It may have been taken off by its seller. Search for something like it.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Not with this method',
    help: 'The `Allow` header lists the methods of this address.',
    pageHelp: 'This address is where a button of a page leads. Go to that page and press it there.',
  },
  'email-taken': { status: 409, title: 'There is an account with this e-mail already', help: 'Sign in instead.' },
  'sold-out': {
    status: 409,
    title: 'Sold out',
    help: 'Every unit is sold or being paid for right now. Units come back when a buyer does not pay in time.',
  },
  'purchase-limit': {
    status: 409,
    title: 'You have reached the limit for this product',
    help: 'A customer can have `limit` of it; what is being paid for counts too.',
  },
  'not-open-yet': {
    status: 409,
    title: 'The sale has not opened yet',
    help: 'It opens at `opensAt`, by the shop’s clock.',
  },
  'sale-paused': {
    status: 409,
    title: 'The sale is paused',
    help: 'The seller has paused it for a moment. Try again soon.',
  },
  'no-reservation': {
    status: 409,
    title: 'There is no unit reserved for you',
    help: 'Press Buy (POST /product/purchase) first, then pay.',
    pageHelp: 'Press Buy first, then pay.',
  },
  'wrong-state': {
    status: 409,
    title: 'That step is not possible now',
    help: 'It stands at `state`. What can follow: `allowed`.',
  },
  'stock-taken': {
    status: 409,
    title: 'So many units are not there',
    help: 'Stock can be taken down only by what is still available, and not by what is held or sold.',
  },
  'already-reviewed': {
    status: 409,
    title: 'You have reviewed this product already',
    help: 'One review a buyer and product.',
  },
  'request-in-progress': {
    status: 409,
    title: 'The first request with this key is still running',
    help: 'Ask again after `Retry-After` seconds with the same key.',
  },
  'reservation-expired': {
    status: 410,
    title: 'The time to pay has run out',
    help: 'The unit went back on sale. Press Buy again; nothing was charged.',
  },
  'payload-too-large': {
    status: 413,
    title: 'That is too large',
    help: 'JSON bodies may have 256 KB, pictures 10 MB and 40 megapixels.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'This kind of content is not understood here',
    help: 'Send application/json, or application/x-www-form-urlencoded from a form; pictures as image/jpeg, image/png, image/webp or image/avif.',
  },
  'too-many-requests': { status: 429, title: 'Too many requests from you', help: 'Wait for `Retry-After` seconds.' },
  internal: {
    status: 500,
    title: 'Something broke on our side',
    help: 'It has been logged under the request id. Try again; a purchase can be repeated safely.',
  },
  overloaded: {
    status: 503,
    title: 'Very many people are here right now',
    help: 'Your request was not started. Try again after `Retry-After` seconds.',
  },
  'database-unavailable': {
    status: 503,
    title: 'Buying is out for a moment',
    help: 'Searching and looking go on. Try again after `Retry-After` seconds; nothing is charged twice.',
  },
  'search-unavailable': {
    status: 503,
    title: 'Searching is out for a moment',
    help: 'Products that you know the address of can still be opened and bought. Try again after `Retry-After` seconds.',
  },
  'still-opening': {
    status: 503,
    title: 'The shop is just opening',
    help: 'Its products are still being read. Try again after `Retry-After` seconds.',
  },
  'payments-unavailable': {
    status: 503,
    title: 'The payment provider does not answer',
    help: 'Nothing was charged. The unit stays yours until `expiresAt`: try again in a moment.',
  },
} as const satisfies Record<string, ProblemEntry>;

export type ProblemSlug = keyof typeof table;
export const PROBLEMS: Readonly<Record<ProblemSlug, ProblemEntry>> = table;
export type FieldError = { pointer: string; message: string };

export class Problem extends Error {
  readonly slug: ProblemSlug;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  constructor(slug: ProblemSlug, fields: Record<string, unknown>, headers: Record<string, string>) {
    super(PROBLEMS[slug].title);
    this.slug = slug;
    this.fields = fields;
    this.headers = headers;
  }
}

/** A fault for throwing. `detail` and named fields go into the document; `retryAfterSeconds` becomes the Retry-After header. */
export function problem(
  slug: ProblemSlug,
  fields: { detail?: string; retryAfterSeconds?: number; [name: string]: unknown } = {},
): Problem {
  const { retryAfterSeconds, ...named } = fields;
  return new Problem(
    slug,
    named,
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) },
  );
}

export function invalid(errors: FieldError[]): Problem {
  return problem('invalid-input', { errors });
}

export function isProblemSlug(text: string): text is ProblemSlug {
  return Object.hasOwn(PROBLEMS, text);
}
