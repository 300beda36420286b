// Pictures on disk: {directory}/{first 2 of id}/{id}-{width}.avif and .webp. The id is the hash of the original's bytes, so a
// file never changes, the same picture is stored once, and any process may write it.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { createLimit } from '../../lib/limit.ts';
import { isDemoPicture } from './demo/pictures/picture-id.ts';

export const PICTURE_WIDTHS = [320, 640, 1200] as const;
export const PICTURE_FORMATS = ['avif', 'webp'] as const;
export type PictureWidth = (typeof PICTURE_WIDTHS)[number];
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

export type StorePictureOutcome =
  | { kind: 'stored'; pictureId: string; width: number; height: number }
  | { kind: 'refused'; reason: string }
  | { kind: 'busy' };
type RawPicture = { data: Buffer; width: number; height: number; channels: 1 | 2 | 3 | 4 };

export const MAX_PICTURE_BYTES = 10 * 1024 * 1024;
export const TOO_LARGE = { kind: 'refused' as const, reason: 'larger than 10 MB' };
const MAX_PICTURE_PIXELS = 40_000_000;
const LARGEST_WIDTH = 1200;
const MAX_HEIGHT = 2 * LARGEST_WIDTH; // WebP ends at 16,383, and a page long before
const PICTURE_ID = /^[0-9a-f]{32}$/;

// Of a 1024 x 1024 photograph, all widths, one core: AVIF of effort 0, 1, 2, 4 takes 140, 250, 590, 2100 ms, and effort 1 is
// 17 % smaller than 0 while 2 is 3 % smaller than 1. WebP of effort 2 and 4 takes 80 and 170 ms for 3 %.
const AVIF = { quality: 50, effort: 1 };
const WEBP = { quality: 75, effort: 2 };

// Decoded, a picture of 40 megapixels is 160 MB: this many at once, whoever asks.
const PICTURES_AT_ONCE = 2;
const PICTURES_WAITING = 1_000;
const limit = createLimit(PICTURES_AT_ONCE, PICTURES_WAITING);
// Variants share their product's picture, and arrive together.
const storing = new Map<string, Promise<StorePictureOutcome>>();

/** Width and height are those of the largest file. The same bytes again find the files that are there. */
export async function storePicture(picturesDirectory: string, bytes: Buffer): Promise<StorePictureOutcome> {
  if (bytes.length > MAX_PICTURE_BYTES) return TOO_LARGE;
  // Only these four decoders ever see bytes of strangers; libvips has dozens, SVG with its references among them.
  if (!isKnownFormat(bytes)) return { kind: 'refused', reason: 'not a JPEG, PNG, WebP or AVIF picture' };
  const pictureId = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  let outcome = storing.get(pictureId);
  if (!outcome) {
    outcome = limit(() => storeUnlessStored(picturesDirectory, pictureId, bytes))
      .then((stored) => stored ?? { kind: 'busy' as const })
      .finally(() => storing.delete(pictureId));
    storing.set(pictureId, outcome);
  }
  return outcome;
}

async function storeUnlessStored(directory: string, pictureId: string, bytes: Buffer): Promise<StorePictureOutcome> {
  const known = await sizeOfStored(directory, pictureId);
  if (known) return { kind: 'stored', pictureId, ...known };
  const picture = await decode(bytes);
  if (!picture) return { kind: 'refused', reason: 'damaged, or more than 40 megapixels' };
  await storeFiles(directory, pictureId, picture);
  return { kind: 'stored', pictureId, width: picture.width, height: picture.height };
}

/** Where a picture's file is, if the id is one; whether it is there is another question. */
export function pictureFile(
  picturesDirectory: string,
  pictureId: string,
  width: PictureWidth,
  format: PictureFormat,
): string | undefined {
  const isPicture = PICTURE_ID.test(pictureId) || isDemoPicture(pictureId);
  if (!isPicture || !PICTURE_WIDTHS.includes(width) || !PICTURE_FORMATS.includes(format)) return undefined;
  return join(picturesDirectory, pictureId.slice(0, 2), `${pictureId}-${width}.${format}`);
}

/** Never enlarged: a small picture's larger files are as wide as it is. */
function encodePicture(picture: RawPicture, width: PictureWidth, format: PictureFormat): Promise<Buffer> {
  const { data, ...raw } = picture;
  return encodedAs(sharp(data, { raw }).resize({ width, withoutEnlargement: true }), format).toBuffer();
}

export function encodedAs(picture: Sharp, format: PictureFormat): Sharp {
  return format === 'avif' ? picture.avif(AVIF) : picture.webp(WEBP);
}

/** Whole or not at all: a reader, or a crash, never meets half a file. */
export async function writeWhole(file: string, bytes: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${randomUUID()}`;
  try {
    await writeFile(unfinished, bytes, { flush: true });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function storeFiles(picturesDirectory: string, pictureId: string, picture: RawPicture): Promise<void> {
  for (const format of PICTURE_FORMATS) {
    let encoded: { width: number; bytes: Buffer } | undefined;
    for (const width of PICTURE_WIDTHS) {
      // Widths that the picture does not reach come out the same, and encoding is what takes the time.
      const shownWidth = Math.min(width, picture.width);
      if (encoded?.width !== shownWidth)
        encoded = { width: shownWidth, bytes: await encodePicture(picture, width, format) };
      const file = pictureFile(picturesDirectory, pictureId, width, format);
      if (!file) throw new RangeError(`no picture id: ${pictureId}`);
      await writeWhole(file, encoded.bytes);
    }
  }
}

async function sizeOfStored(
  picturesDirectory: string,
  pictureId: string,
): Promise<{ width: number; height: number } | undefined> {
  const files = PICTURE_FORMATS.flatMap((format) =>
    PICTURE_WIDTHS.map((width) => pictureFile(picturesDirectory, pictureId, width, format)),
  );
  const largest = pictureFile(picturesDirectory, pictureId, LARGEST_WIDTH, 'webp');
  if (!largest || !files.every((file) => file && existsSync(file))) return undefined;
  const { width, height } = await sharp(largest).metadata();
  return { width, height };
}

/** Upright, sRGB, the first frame, no wider than the largest file, without what the camera noted; undefined if it cannot be read. */
async function decode(bytes: Buffer): Promise<RawPicture | undefined> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MAX_PICTURE_PIXELS, failOn: 'error' })
      .autoOrient()
      .resize({ width: LARGEST_WIDTH, height: MAX_HEIGHT, fit: 'inside', withoutEnlargement: true })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels };
  } catch {
    // Whatever libvips says of such bytes, the answer is the same: the picture is refused.
    return undefined;
  }
}

function isKnownFormat(bytes: Buffer): boolean {
  const ascii = bytes.toString('latin1', 0, 32);
  return (
    ascii.startsWith('\xff\xd8\xff') ||
    ascii.startsWith('\x89PNG\r\n\x1a\n') ||
    (ascii.startsWith('RIFF') && ascii.slice(8, 12) === 'WEBP') ||
    (ascii.slice(4, 8) === 'ftyp' && /avif|avis/.test(ascii.slice(8)))
  );
}
