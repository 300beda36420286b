// The pictures that rows name by path or address, read from one directory; nothing is fetched from the web.
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { errorCode } from '../../lib/db.ts';
import { addReason, type ImportReport } from './import-report.ts';
import type { ImportedRow } from './import-row.ts';
import { MAX_PICTURE_BYTES, type StorePictureOutcome, storePicture, TOO_LARGE } from './pictures.ts';
import { MAX_PICTURES } from './product-row.ts';

const READ_AT_ONCE = 2;

type Refused = Extract<StorePictureOutcome, { kind: 'refused' }>;
const OUTSIDE: Refused = { kind: 'refused', reason: 'lies outside the directory of pictures' };
const MISSING: Refused = { kind: 'refused', reason: 'no such file in the directory of pictures' };
// The last one is a NUL in the name.
const NOT_THERE = new Set(['ENOENT', 'EACCES', 'ENAMETOOLONG', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE']);

type ImportedProduct = Extract<ImportedRow, { kind: 'product' }>;

/** Fills in the rows' pictures. A picture that cannot be had is named in the report; its product goes in without it. */
export async function importPictures(
  products: ImportedProduct[],
  picturesFrom: string,
  picturesDirectory: string,
  report: ImportReport,
): Promise<void> {
  const waiting = products.filter((product) => product.picturePaths.length > 0).values();
  const work = async () => {
    for (const { line, row, picturePaths } of waiting) {
      for (const path of picturePaths.slice(0, MAX_PICTURES)) {
        const outcome = await importPicture(path, picturesFrom, picturesDirectory);
        if (outcome.kind !== 'stored') {
          addReason(
            report.picturesRefused,
            line,
            outcome.kind === 'busy' ? 'too many pictures at once' : outcome.reason,
          );
          continue;
        }
        const { pictureId, width, height } = outcome;
        row.pictures.push({ pictureId, width, height, alt: row.title });
        report.pictures++;
      }
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
}

async function importPicture(
  path: string,
  picturesFrom: string,
  picturesDirectory: string,
): Promise<StorePictureOutcome> {
  const file = resolve(picturesFrom, fileNameOf(path));
  const inside = relative(picturesFrom, file);
  if (inside.startsWith('..') || isAbsolute(inside)) return OUTSIDE;
  const bytes = await readPicture(file);
  return Buffer.isBuffer(bytes) ? storePicture(picturesDirectory, bytes) : bytes;
}

async function readPicture(file: string): Promise<Buffer | Refused> {
  try {
    const found = await stat(file);
    if (!found.isFile()) return MISSING;
    return found.size > MAX_PICTURE_BYTES ? TOO_LARGE : await readFile(file);
  } catch (error) {
    if (NOT_THERE.has(errorCode(error) ?? '')) return MISSING;
    throw error;
  }
}

/** Of a web address its last part: whoever exports a shop has the pictures in a folder under those names. */
function fileNameOf(path: string): string {
  if (!/^https?:\/\//i.test(path)) return path;
  return URL.canParse(path) ? decodedOr(new URL(path).pathname.split('/').at(-1) ?? '') : '';
}

function decodedOr(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
