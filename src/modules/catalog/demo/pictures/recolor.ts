// Gives an emoji's main material another colour and keeps its light: the sole of a red shoe stays white.

export type Bitmap = { data: Uint8Array; width: number; height: number };
export type Rgb = readonly [number, number, number];
export type HueSummary = { hueDegrees: number; colorfulShare: number };

const HUE_BINS = 36;
const BIN_DEGREES = 360 / HUE_BINS;
const COLORFUL_CHROMA = 45; // of 255: below it a pixel reads as grey
const GRAY_CHROMA = 8; // a white sole keeps its white
const TINTED_CHROMA = 32;
const FULL_DISTANCE_DEGREES = 34;
const NO_DISTANCE_DEGREES = 58;
const PLAIN_SHARE = 0.22; // with less colour than this the thing is grey, and all of it takes the new colour

/** The hue that covers most of the picture, and how much of it has any colour. */
export function summarizeHue(bitmap: Bitmap): HueSummary {
  const bins = new Float64Array(HUE_BINS);
  let opaque = 0;
  let colorful = 0;
  for (let offset = 0; offset < bitmap.data.length; offset += 4) {
    const [red, green, blue, alpha] = pixelAt(bitmap.data, offset);
    if (alpha < 128) continue;
    opaque++;
    const chroma = Math.max(red, green, blue) - Math.min(red, green, blue);
    if (chroma < COLORFUL_CHROMA) continue;
    colorful++;
    const bin = Math.floor(hueOf(red, green, blue) / BIN_DEGREES) % HUE_BINS;
    bins[bin] = (bins[bin] ?? 0) + chroma;
  }
  let best = 0;
  let bestWeight = -1;
  for (let bin = 0; bin < HUE_BINS; bin++) {
    const weight =
      (bins[bin] ?? 0) + ((bins[(bin + 1) % HUE_BINS] ?? 0) + (bins[(bin + HUE_BINS - 1) % HUE_BINS] ?? 0)) / 2;
    if (weight > bestWeight) {
      bestWeight = weight;
      best = bin;
    }
  }
  return { hueDegrees: (best + 0.5) * BIN_DEGREES, colorfulShare: opaque === 0 ? 0 : colorful / opaque };
}

/** What takes the new color: the part in the main hue, or, of a white cup with brown coffee, all but that. */
export type Part = 'main-hue' | 'all-but-main-hue';

export function recolor(bitmap: Bitmap, target: Rgb, part: Part): Bitmap {
  const summary = summarizeHue(bitmap);
  const plain = summary.colorfulShare < PLAIN_SHARE;
  const count = bitmap.width * bitmap.height;
  const masks = new Float32Array(count);
  let lightSum = 0;
  let maskSum = 0;
  for (let index = 0; index < count; index++) {
    const [red, green, blue, alpha] = pixelAt(bitmap.data, index * 4);
    if (alpha === 0) continue;
    const inHue = plain ? 1 : maskOf(red, green, blue, summary.hueDegrees);
    const mask = part === 'main-hue' ? inHue : 1 - inHue;
    masks[index] = mask;
    lightSum += lightOf(red, green, blue) * mask * alpha;
    maskSum += mask * alpha;
  }
  const meanLight = maskSum === 0 ? 1 : Math.max(1, lightSum / maskSum);
  const data = new Uint8Array(bitmap.data);
  for (let index = 0; index < count; index++) {
    const mask = masks[index] ?? 0;
    if (mask === 0) continue;
    const offset = index * 4;
    const [red, green, blue] = pixelAt(bitmap.data, offset);
    const light = lightOf(red, green, blue) / meanLight;
    data[offset] = blend(red, shade(target[0], light), mask);
    data[offset + 1] = blend(green, shade(target[1], light), mask);
    data[offset + 2] = blend(blue, shade(target[2], light), mask);
  }
  return { data, width: bitmap.width, height: bitmap.height };
}

function maskOf(red: number, green: number, blue: number, hueDegrees: number): number {
  const chroma = Math.max(red, green, blue) - Math.min(red, green, blue);
  const apart = Math.abs(((hueOf(red, green, blue) - hueDegrees + 540) % 360) - 180);
  const near = 1 - ramp(apart, FULL_DISTANCE_DEGREES, NO_DISTANCE_DEGREES);
  return near * ramp(chroma, GRAY_CHROMA, TINTED_CHROMA);
}

// Darker than the mean goes to black, lighter goes to white more slowly, as on matt plastic or cloth.
function shade(channel: number, light: number): number {
  return light <= 1 ? channel * (0.18 + 0.82 * light) : channel + (255 - channel) * Math.min(1, (light - 1) * 0.55);
}

function blend(before: number, after: number, mask: number): number {
  return Math.round(before + (after - before) * mask);
}

function ramp(value: number, from: number, to: number): number {
  const part = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return part * part * (3 - 2 * part);
}

function lightOf(red: number, green: number, blue: number): number {
  return 0.3 * red + 0.55 * green + 0.15 * blue;
}

function hueOf(red: number, green: number, blue: number): number {
  const high = Math.max(red, green, blue);
  const chroma = high - Math.min(red, green, blue);
  if (chroma === 0) return 0;
  if (high === red) return (((green - blue) / chroma + 6) % 6) * 60;
  return high === green ? ((blue - red) / chroma + 2) * 60 : ((red - green) / chroma + 4) * 60;
}

function pixelAt(data: Uint8Array, offset: number): [number, number, number, number] {
  return [data[offset] ?? 0, data[offset + 1] ?? 0, data[offset + 2] ?? 0, data[offset + 3] ?? 0];
}
