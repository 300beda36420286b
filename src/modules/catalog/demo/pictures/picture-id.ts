// A demo picture has no file to start from: its id says everything that is drawn.

type DemoPicture = {
  emoji: string;
  tint: number; // place in COLORS of colors.ts; 0 leaves the emoji as it is
  palette: number;
  scene: number;
  jitter: number; // small differences: where the light stands, how shapes lie
  pose: number; // 0 the whole thing, 1 turned and nearer, 2 as a pair
};

const PALETTE_LIMIT = 32;
const SCENE_LIMIT = 16;
export const JITTER_LIMIT = 256;
const TINT_LIMIT = 64;
export const POSES = 3;

const BACKDROP_LIMIT = TINT_LIMIT * PALETTE_LIMIT * SCENE_LIMIT * JITTER_LIMIT;
const FORM = /^demo-([0-9a-f]{4,5}(?:-fe0f)?)-([0-9a-f]{1,6})-([0-2])$/;

export function formatDemoPicture(picture: DemoPicture): string {
  const backdrop =
    ((picture.tint * PALETTE_LIMIT + picture.palette) * SCENE_LIMIT + picture.scene) * JITTER_LIMIT + picture.jitter;
  return `demo-${picture.emoji}-${backdrop.toString(16)}-${picture.pose}`;
}

export function parseDemoPicture(pictureId: string): DemoPicture | undefined {
  const match = FORM.exec(pictureId);
  if (!match) return undefined;
  const [, emoji = '', hex = '', pose = ''] = match;
  let rest = Number.parseInt(hex, 16);
  if (rest >= BACKDROP_LIMIT || rest.toString(16) !== hex) return undefined;
  const jitter = rest % JITTER_LIMIT;
  rest = Math.floor(rest / JITTER_LIMIT);
  const scene = rest % SCENE_LIMIT;
  rest = Math.floor(rest / SCENE_LIMIT);
  return {
    emoji,
    tint: Math.floor(rest / PALETTE_LIMIT),
    palette: rest % PALETTE_LIMIT,
    scene,
    jitter,
    pose: Number(pose),
  };
}

export function isDemoPicture(pictureId: string): boolean {
  return parseDemoPicture(pictureId) !== undefined;
}
