import type { Database } from '../../lib/db.ts';
import { storePicture } from './pictures.ts';
import { MAX_PICTURES } from './product-row.ts';
import { addPictureRow, hasPicture, lockOwn } from './store.ts';

export type AddPictureOutcome =
  | { kind: 'added'; pictureId: string; width: number; height: number }
  | { kind: 'not-found' }
  | { kind: 'refused'; reason: string }
  | { kind: 'busy' };

/** Puts a picture behind those that the product has; the same one twice is there once. */
export async function addPicture(
  db: Database,
  picturesDirectory: string,
  sellerId: number,
  productId: number,
  bytes: Buffer,
): Promise<AddPictureOutcome> {
  // Asked before the encoding, which takes a third of a second, and again with the lock.
  if ((await lockOwn(db, sellerId, productId)) === undefined) return { kind: 'not-found' };
  const stored = await storePicture(picturesDirectory, bytes);
  if (stored.kind !== 'stored') return stored;
  const { pictureId, width, height } = stored;
  return db.transaction(async (tx): Promise<AddPictureOutcome> => {
    const title = await lockOwn(tx, sellerId, productId);
    if (title === undefined) return { kind: 'not-found' };
    if (await hasPicture(tx, productId, pictureId)) return { kind: 'added', pictureId, width, height };
    if (await addPictureRow(tx, productId, { pictureId, width, height, alt: title }, MAX_PICTURES))
      return { kind: 'added', pictureId, width, height };
    return { kind: 'refused', reason: `the product has ${MAX_PICTURES} pictures already` };
  });
}
