// Draws a demo product's picture: a 3D emoji as the product, large, on a stage with light and shadow.
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { createRandom, mixSeed, type Random } from '../random.ts';
import { drawBackdrop, type Shadow } from './backdrop.ts';
import { type CutOut, cutOut, SHADOW_MARGIN, type ShadowStyle } from './cut-out.ts';
import { type Palette, paletteAt, wallHue } from './palettes.ts';
import { parseDemoPicture } from './picture-id.ts';
import { SCENES, type Scene, type Stage } from './scenes.ts';

export const demoPictureSize = { width: 1200, height: 1200 };

const CLEAR = { r: 0, g: 0, b: 0, alpha: 0 };
const UNITS = 1000; // the side of the picture in the units of scenes.ts
const CLASHING_DEGREES = 32;
const TURN_AWAY_DEGREES = 150;
const COLORFUL_SHARE = 0.3;
const SHADOWS: Record<Stage, ShadowStyle> = {
  standing: { color: [24, 20, 34], strength: 0.2, shiftX: 5, shiftY: 5, radius: 11 },
  floating: { color: [24, 20, 34], strength: 0.26, shiftX: 7, shiftY: 15, radius: 14 },
};

type Placement = {
  centerX: number;
  baseY: number;
  reach: number; // of the longer side, in units
  turnDegrees: number;
  mirrored: boolean;
};

/** The finished picture at a width, ready for .webp() or .avif(); throws for an id that names no demo picture. */
export async function renderDemoPicture(pictureId: string, widthPixels: number): Promise<Sharp> {
  const picture = parseDemoPicture(pictureId);
  const scene = picture && SCENES[picture.scene];
  if (!scene) throw new RangeError(`not a demo picture: ${pictureId}`);
  const item = await cutOut(picture.emoji, picture.tint, SHADOWS[scene.stage]);
  const palette = suitablePalette(item, picture.palette);
  const random = createRandom(mixSeed(picture.jitter, picture.scene, picture.palette));
  const placements = placeItems(scene, picture.pose, random);
  const backdrop = drawBackdrop(scene, palette, random, contactShadows(scene, item, placements), widthPixels);
  const layers = await Promise.all(placements.map((placement) => layerOf(item, placement, widthPixels)));
  return sharp(Buffer.from(backdrop)).composite(layers).removeAlpha();
}

/** A red thing before a red wall is lost: the wall turns away from it. */
function suitablePalette(item: CutOut, place: number): Palette {
  const hue = wallHue(place);
  if (hue === undefined || item.hue.colorfulShare < COLORFUL_SHARE) return paletteAt(place, 0);
  const apart = Math.abs(((item.hue.hueDegrees - hue + 540) % 360) - 180);
  return paletteAt(place, apart < CLASHING_DEGREES ? TURN_AWAY_DEGREES : 0);
}

function placeItems(scene: Scene, pose: number, random: Random): Placement[] {
  const floating = scene.stage === 'floating';
  const lean = (random.next() - 0.5) * 2;
  const main: Placement = {
    centerX: 500,
    baseY: scene.baseY,
    reach: (floating ? 620 : 595) + random.next() * 40,
    turnDegrees: floating ? lean * 9 : 0,
    mirrored: false,
  };
  if (pose === 0) return [main];
  if (pose === 1) {
    return [{ ...main, reach: main.reach + 90, baseY: main.baseY + 45, turnDegrees: 6 + lean * 6, mirrored: true }];
  }
  return [
    { centerX: 655, baseY: scene.baseY - 60, reach: 400, turnDegrees: 5 + lean * 4, mirrored: true },
    { centerX: 400, baseY: scene.baseY + 25, reach: 520, turnDegrees: -4 + lean * 3, mirrored: false },
  ];
}

function contactShadows(scene: Scene, item: CutOut, placements: readonly Placement[]): Shadow[] {
  if (scene.stage === 'floating') return [];
  return placements.map(({ centerX, baseY, reach }) => ({
    x: centerX + 8,
    y: baseY - 6,
    halfWidth: (reach * 0.56 * item.itemWidth) / Math.max(item.itemWidth, item.itemHeight),
  }));
}

async function layerOf(item: CutOut, placement: Placement, sidePixels: number): Promise<OverlayOptions> {
  const { bitmap } = item;
  const pixelsPerUnit = sidePixels / UNITS;
  const scale = (placement.reach * pixelsPerUnit) / Math.max(item.itemWidth, item.itemHeight);
  // In this order sharp enlarges first and turns after: turning the small original would blur it for good.
  const { data, info } = await sharp(bitmap.data, { raw: { width: bitmap.width, height: bitmap.height, channels: 4 } })
    .flop(placement.mirrored)
    .resize(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale), { fit: 'fill', kernel: 'lanczos3' })
    .rotate(placement.turnDegrees, { background: CLEAR })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const centerX = placement.centerX * pixelsPerUnit;
  const centerY = placement.baseY * pixelsPerUnit - ((bitmap.height - 2 * SHADOW_MARGIN) * scale) / 2;
  const left = Math.round(centerX - info.width / 2);
  const top = Math.round(centerY - info.height / 2);
  return clipped({ data, width: info.width, height: info.height }, left, top, sidePixels);
}

/** The part of a layer that lies in the picture: sharp refuses a layer larger than what it is laid on. */
async function clipped(
  layer: { data: Buffer; width: number; height: number },
  left: number,
  top: number,
  sidePixels: number,
): Promise<OverlayOptions> {
  const cutLeft = Math.max(0, -left);
  const cutTop = Math.max(0, -top);
  const width = Math.min(layer.width, sidePixels - left) - cutLeft;
  const height = Math.min(layer.height, sidePixels - top) - cutTop;
  const whole = width === layer.width && height === layer.height;
  const input = whole
    ? layer.data
    : await sharp(layer.data, { raw: { width: layer.width, height: layer.height, channels: 4 } })
        .extract({ left: cutLeft, top: cutTop, width, height })
        .raw()
        .toBuffer();
  return { input, raw: { width, height, channels: 4 }, left: left + cutLeft, top: top + cutTop };
}
