/**
 * For what everybody may see but not all see alike (the header greets by name, prices move): a browser may keep it for
 * the way back, and asks again for the way on.
 */
export const REVALIDATE = 'private, no-cache';

/** For addresses that change with their content. */
export const IMMUTABLE = 'public, max-age=31536000, immutable';
