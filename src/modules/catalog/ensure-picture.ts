// Demo pictures are drawn when somebody first looks at them: 5,000 products would otherwise take half an hour to load.
import { access, readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../../lib/db.ts';
import { createLimit } from '../../lib/limit.ts';
import { isDemoPicture } from './demo/pictures/picture-id.ts';
import { renderDemoPicture } from './demo/pictures/render-picture.ts';
import { encodedAs, type PictureFormat, type PictureWidth, pictureFile, writeWhole } from './pictures.ts';

const DRAWN_AT_ONCE = 2;
const WAITING_TO_BE_DRAWN = 500;
// An id says what to draw and there are millions of them, so without a bound a stranger could fill the disk; about 3 GB.
const MAX_DRAWN_FILES = 100_000;

const limit = createLimit(DRAWN_AT_ONCE, WAITING_TO_BE_DRAWN);
const drawing = new Map<string, Promise<string | undefined>>();
const drawnFiles = new Map<string, number>();

/** The picture's file, drawn before if it is a demo picture's; undefined: no such picture, or too many asked for at once. */
export async function ensurePicture(
  picturesDirectory: string,
  pictureId: string,
  width: PictureWidth,
  format: PictureFormat,
): Promise<string | undefined> {
  const file = pictureFile(picturesDirectory, pictureId, width, format);
  if (!file || (await exists(file))) return file;
  if (!isDemoPicture(pictureId)) return undefined;
  let drawn = drawing.get(file);
  if (!drawn) {
    drawn = limit(() => draw(file, pictureId, width, format)).finally(() => drawing.delete(file));
    drawing.set(file, drawn);
  }
  return drawn;
}

async function draw(
  file: string,
  pictureId: string,
  width: PictureWidth,
  format: PictureFormat,
): Promise<string | undefined> {
  // Another process, or whoever was before us in the line, may have drawn it.
  if (await exists(file)) return file;
  const directory = dirname(file);
  const filesBefore = drawnFiles.get(directory) ?? (await countFiles(directory));
  if (filesBefore >= MAX_DRAWN_FILES) return undefined;
  const picture = await renderDemoPicture(pictureId, width);
  await writeWhole(file, await encodedAs(picture, format).toBuffer());
  drawnFiles.set(directory, filesBefore + 1);
  return file;
}

async function countFiles(directory: string): Promise<number> {
  try {
    return (await readdir(directory)).length;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
