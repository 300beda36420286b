import type { Random } from '../random.ts';
import type { Palette } from './palettes.ts';
import type { Scene } from './scenes.ts';

export type Shadow = { x: number; y: number; halfWidth: number };

/** The whole picture but the product, as SVG; `shadows` are where things touch the floor. */
export function drawBackdrop(
  scene: Scene,
  palette: Palette,
  random: Random,
  shadows: readonly Shadow[],
  widthPixels: number,
): string {
  const contacts = shadows
    .map(
      ({ x, y, halfWidth }) =>
        `<ellipse cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" rx="${halfWidth.toFixed(1)}" ry="${(halfWidth * 0.17).toFixed(1)}" fill="url(#contact)"/>`,
    )
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" width="${widthPixels}" height="${widthPixels}">
<defs>${gradients(palette)}</defs>${scene.draw(palette, random)}${contacts}
<rect width="1000" height="1000" fill="url(#vignette)"/></svg>`;
}

function gradients(palette: Palette): string {
  return `${linear('wall', 'y2="1"', [
    [0, palette.wallLight, 1],
    [1, palette.wallDeep, 1],
  ])}${linear('floor', 'y2="1"', [
    [0, palette.floorNear, 1],
    [1, palette.floorFar, 1],
  ])}${linear('side', 'x2="1"', [
    [0, palette.accent, 1],
    [0.35, palette.second, 1],
    [1, palette.accentDeep, 1],
  ])}${linear('disc', 'x2=".4" y2="1"', [
    [0, palette.accent, 1],
    [1, palette.accentDeep, 1],
  ])}${linear('fold', 'x2="1"', [
    [0, palette.shadow, 0.14],
    [0.45, '#fff', 0.16],
    [1, palette.shadow, 0.04],
  ])}${linear('drop', 'y2="1"', [
    [0, palette.shadow, 0.3],
    [1, palette.shadow, 0],
  ])}${radial('glow', '', [
    [0, '#fff', 0.62],
    [0.5, '#fff', 0.24],
    [1, '#fff', 0],
  ])}${radial('contact', '', [
    [0, palette.shadow, 0.62],
    [0.45, palette.shadow, 0.34],
    [1, palette.shadow, 0],
  ])}${radial('ball', 'cx=".36" cy=".3" r=".8"', [
    [0, '#fff', 1],
    [0.25, palette.second, 1],
    [0.7, palette.accent, 1],
    [1, palette.accentDeep, 1],
  ])}${radial('vignette', 'r=".78"', [
    [0.6, palette.shadow, 0],
    [1, palette.shadow, 0.16],
  ])}`;
}

type Stop = readonly [offset: number, color: string, opacity: number];

function linear(id: string, direction: string, stops: readonly Stop[]): string {
  const start = direction.includes('x2') ? '' : 'x2="0" ';
  return `<linearGradient id="${id}" ${start}${direction}>${stopTags(stops)}</linearGradient>`;
}

function radial(id: string, place: string, stops: readonly Stop[]): string {
  return `<radialGradient id="${id}" ${place}>${stopTags(stops)}</radialGradient>`;
}

function stopTags(stops: readonly Stop[]): string {
  return stops
    .map(([offset, color, opacity]) => `<stop offset="${offset}" stop-color="${color}" stop-opacity="${opacity}"/>`)
    .join('');
}
