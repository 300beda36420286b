// The link in an order's mail opens that order without signing in; whoever holds it may look, and do nothing else.
import { createHmac, timingSafeEqual } from 'node:crypto';

// 128 bits: enough that nobody guesses one, short enough for a line of a text mail.
const SIGNATURE_BYTES = 16;

function signatureOf(key: Uint8Array, orderId: string): Buffer {
  return createHmac('sha256', key).update(`track:${orderId}`).digest().subarray(0, SIGNATURE_BYTES);
}

/** The path and query under the shop's origin. */
export function trackingPath(key: Uint8Array, orderId: string): string {
  return `/track/${orderId}?link=${signatureOf(key, orderId).toString('base64url')}`;
}

export function isTrackingLink(key: Uint8Array, orderId: string, link: string): boolean {
  const given = Buffer.from(link, 'base64url');
  return given.length === SIGNATURE_BYTES && timingSafeEqual(given, signatureOf(key, orderId));
}
