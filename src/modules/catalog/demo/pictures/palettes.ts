// Sets of colours for backdrops, as hue and mood, so that every scene looks right in every one of them.

export type Palette = {
  wallLight: string;
  wallDeep: string;
  floorNear: string;
  floorFar: string;
  accent: string;
  accentDeep: string;
  second: string;
  shadow: string;
};

type Mood = 'pastel' | 'fresh' | 'vivid' | 'night' | 'paper';

// Saturation and lightness in per cent, by role.
const MOODS: Record<Mood, Record<keyof Palette, readonly [number, number]>> = {
  pastel: {
    wallLight: [78, 94],
    wallDeep: [62, 84],
    floorNear: [64, 90],
    floorFar: [56, 79],
    accent: [74, 82],
    accentDeep: [60, 71],
    second: [70, 88],
    shadow: [45, 22],
  },
  fresh: {
    wallLight: [82, 88],
    wallDeep: [70, 73],
    floorNear: [70, 84],
    floorFar: [62, 68],
    accent: [84, 76],
    accentDeep: [70, 62],
    second: [76, 86],
    shadow: [50, 18],
  },
  vivid: {
    wallLight: [80, 68],
    wallDeep: [72, 52],
    floorNear: [74, 62],
    floorFar: [68, 46],
    accent: [84, 72],
    accentDeep: [74, 58],
    second: [80, 80],
    shadow: [60, 12],
  },
  night: {
    wallLight: [34, 34],
    wallDeep: [42, 15],
    floorNear: [36, 28],
    floorFar: [42, 13],
    accent: [52, 44],
    accentDeep: [50, 28],
    second: [46, 56],
    shadow: [60, 4],
  },
  paper: {
    wallLight: [30, 97],
    wallDeep: [22, 89],
    floorNear: [26, 95],
    floorFar: [20, 84],
    accent: [42, 86],
    accentDeep: [32, 76],
    second: [50, 80],
    shadow: [25, 24],
  },
};

// hue, accent hue, second hue, mood. Departments name them by place (departments/*.ts).
const PALETTES: readonly (readonly [number, number, number, Mood])[] = [
  [210, 220, 190, 'paper'], // 0 cool white
  [36, 28, 14, 'paper'], // 1 warm white
  [225, 250, 200, 'pastel'], // 2 periwinkle
  [205, 190, 235, 'pastel'], // 3 sky
  [165, 150, 190, 'pastel'], // 4 mint
  [95, 120, 60, 'pastel'], // 5 spring green
  [48, 38, 20, 'pastel'], // 6 vanilla
  [24, 12, 40, 'pastel'], // 7 peach
  [345, 355, 20, 'pastel'], // 8 rose
  [275, 300, 250, 'pastel'], // 9 lilac
  [215, 195, 260, 'fresh'], // 10 blue
  [185, 170, 210, 'fresh'], // 11 lagoon
  [145, 165, 90, 'fresh'], // 12 leaf
  [45, 30, 55, 'fresh'], // 13 sunshine
  [16, 32, 350, 'fresh'], // 14 apricot
  [335, 15, 300, 'fresh'], // 15 candy
  [262, 290, 230, 'fresh'], // 16 violet
  [218, 200, 190, 'vivid'], // 17 cobalt
  [172, 160, 50, 'vivid'], // 18 sea green
  [38, 46, 20, 'vivid'], // 19 marigold
  [8, 22, 40, 'vivid'], // 20 tomato
  [330, 345, 30, 'vivid'], // 21 magenta
  [258, 275, 200, 'vivid'], // 22 ultraviolet
  [140, 120, 70, 'vivid'], // 23 meadow
  [222, 230, 195, 'night'], // 24 midnight
  [265, 285, 320, 'night'], // 25 aubergine
  [190, 180, 160, 'night'], // 26 deep sea
  [152, 140, 100, 'night'], // 27 pine
  [18, 26, 40, 'night'], // 28 ember
  [28, 20, 38, 'pastel'], // 29 clay
  [70, 85, 45, 'pastel'], // 30 pistachio
  [195, 36, 20, 'pastel'], // 31 beach
];

// At the same saturation greens look far louder than other hues.
const GREENS = { from: 75, to: 178, saturationFactor: 0.58 };
const WARM_SHIFT_DEGREES = 6;

/** The palette at a place; `turnDegrees` turns its hues where the thing shown has the wall's own colour. */
export function paletteAt(place: number, turnDegrees: number): Palette {
  const [hue, accentHue, secondHue, mood] = PALETTES[place % PALETTES.length] ?? [210, 220, 190, 'paper' as const];
  const levels = MOODS[mood];
  const color = (base: number, role: keyof Palette) => {
    const [saturation, lightness] = levels[role];
    const turned = (base + turnDegrees + 360) % 360;
    const calm = turned > GREENS.from && turned < GREENS.to ? GREENS.saturationFactor : 1;
    return `hsl(${turned},${Math.round(saturation * calm)}%,${lightness}%)`;
  };
  return {
    wallLight: color(hue, 'wallLight'),
    wallDeep: color(hue + WARM_SHIFT_DEGREES, 'wallDeep'),
    floorNear: color(hue + WARM_SHIFT_DEGREES, 'floorNear'),
    floorFar: color(hue, 'floorFar'),
    accent: color(accentHue, 'accent'),
    accentDeep: color(accentHue, 'accentDeep'),
    second: color(secondHue, 'second'),
    shadow: color(hue, 'shadow'),
  };
}

/** The wall's hue in degrees, or undefined where it is next to white or black and suits every colour. */
export function wallHue(place: number): number | undefined {
  const [hue, , , mood] = PALETTES[place % PALETTES.length] ?? [0, 0, 0, 'paper' as const];
  return mood === 'paper' || mood === 'night' ? undefined : hue;
}
