// An emoji made ready to stand in a picture: in its colour, cropped, with the soft shadow it casts behind it.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { COLORS } from './colors.ts';
import { type Bitmap, type HueSummary, type Rgb, recolor, summarizeHue } from './recolor.ts';

export type CutOut = { bitmap: Bitmap; hue: HueSummary; itemWidth: number; itemHeight: number };

/** Room around the item for its shadow, in pixels of the bitmap; the item is in the middle. */
export const SHADOW_MARGIN = 52;

const EMOJI_DIRECTORY = join(
  dirname(createRequire(import.meta.url).resolve('@lobehub/fluent-emoji-3d/package.json')),
  'assets',
);
const PALE_BODIED = new Set(['2615']); // what they hold has more color than they have
const OPAQUE_ENOUGH = 24; // of 255: fainter pixels do not count for the item's bounds
const SHADOW_CELL = 4; // the shadow is worked out on a grid this much coarser: it is blurred anyway
const SHADOW_PASSES = 3; // of a box blur, which together come close to a Gaussian

export type ShadowStyle = { color: Rgb; strength: number; shiftX: number; shiftY: number; radius: number };

export function emojiFile(emoji: string): string {
  return join(EMOJI_DIRECTORY, `${emoji}.webp`);
}

export async function cutOut(emoji: string, tint: number, style: ShadowStyle): Promise<CutOut> {
  const { data, info } = await sharp(emojiFile(emoji)).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const plain: Bitmap = { data, width: info.width, height: info.height };
  const color = COLORS[tint]?.rgb;
  const part = PALE_BODIED.has(emoji) ? 'all-but-main-hue' : 'main-hue';
  const whole = color ? recolor(plain, color, part) : plain;
  const bounds = boundsOf(whole);
  const bitmap = withShadow(whole, bounds, style);
  return { bitmap, hue: summarizeHue(whole), itemWidth: bounds.width, itemHeight: bounds.height };
}

type Bounds = { left: number; top: number; width: number; height: number };

function boundsOf({ data, width, height }: Bitmap): Bounds {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[(y * width + x) * 4 + 3] ?? 0) < OPAQUE_ENOUGH) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function withShadow(source: Bitmap, bounds: Bounds, style: ShadowStyle): Bitmap {
  const width = bounds.width + 2 * SHADOW_MARGIN;
  const height = bounds.height + 2 * SHADOW_MARGIN;
  const shadow = blurredShape(source, bounds, style, Math.ceil(width / SHADOW_CELL), Math.ceil(height / SHADOW_CELL));
  const data = new Uint8Array(width * height * 4);
  const [red, green, blue] = style.color;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const target = (y * width + x) * 4;
      const itemX = x - SHADOW_MARGIN;
      const itemY = y - SHADOW_MARGIN;
      const inside = itemX >= 0 && itemY >= 0 && itemX < bounds.width && itemY < bounds.height;
      const from = ((itemY + bounds.top) * source.width + itemX + bounds.left) * 4;
      const item = inside ? (source.data[from + 3] ?? 0) / 255 : 0;
      const cast = item === 1 ? 0 : sample(shadow, x, y) * style.strength * (1 - item);
      const alpha = item + cast;
      if (alpha === 0) continue;
      data[target] = Math.round(((source.data[from] ?? 0) * item + red * cast) / alpha);
      data[target + 1] = Math.round(((source.data[from + 1] ?? 0) * item + green * cast) / alpha);
      data[target + 2] = Math.round(((source.data[from + 2] ?? 0) * item + blue * cast) / alpha);
      data[target + 3] = Math.round(alpha * 255);
    }
  }
  return { data, width, height };
}

type Grid = { cells: Float32Array; columns: number; rows: number };

function blurredShape(source: Bitmap, bounds: Bounds, style: ShadowStyle, columns: number, rows: number): Grid {
  let cells = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = column * SHADOW_CELL + SHADOW_CELL / 2 - SHADOW_MARGIN - style.shiftX;
      const y = row * SHADOW_CELL + SHADOW_CELL / 2 - SHADOW_MARGIN - style.shiftY;
      if (x < 0 || y < 0 || x >= bounds.width || y >= bounds.height) continue;
      const from = (Math.floor(y + bounds.top) * source.width + Math.floor(x + bounds.left)) * 4;
      cells[row * columns + column] = (source.data[from + 3] ?? 0) / 255;
    }
  }
  const reach = Math.max(1, Math.round(style.radius / SHADOW_CELL));
  for (let pass = 0; pass < SHADOW_PASSES; pass++) {
    cells = boxBlur(cells, columns, rows, reach, 1, columns);
    cells = boxBlur(cells, rows, columns, reach, columns, 1);
  }
  return { cells, columns, rows };
}

/** Blurs along one direction: `step` apart within a line, `stride` from line to line. */
function boxBlur(
  cells: Float32Array,
  length: number,
  lines: number,
  reach: number,
  step: number,
  stride: number,
): Float32Array<ArrayBuffer> {
  const blurred = new Float32Array(cells.length);
  for (let line = 0; line < lines; line++) {
    for (let place = 0; place < length; place++) {
      let sum = 0;
      const to = Math.min(length - 1, place + reach);
      for (let near = Math.max(0, place - reach); near <= to; near++) sum += cells[line * stride + near * step] ?? 0;
      blurred[line * stride + place * step] = sum / (2 * reach + 1);
    }
  }
  return blurred;
}

function sample({ cells, columns, rows }: Grid, x: number, y: number): number {
  const column = Math.min(columns - 1.001, Math.max(0, x / SHADOW_CELL - 0.5));
  const row = Math.min(rows - 1.001, Math.max(0, y / SHADOW_CELL - 0.5));
  const left = Math.floor(column);
  const top = Math.floor(row);
  const across = column - left;
  const down = row - top;
  const corner = top * columns + left;
  const upper = (cells[corner] ?? 0) * (1 - across) + (cells[corner + 1] ?? 0) * across;
  const lower = (cells[corner + columns] ?? 0) * (1 - across) + (cells[corner + columns + 1] ?? 0) * across;
  return upper * (1 - down) + lower * down;
}
