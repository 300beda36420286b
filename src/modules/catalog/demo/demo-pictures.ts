// Which pictures a demo product has.
import type { ReadyKind } from './catalogue-tables.ts';
import { COLORS, colorPlace } from './pictures/colors.ts';
import { formatDemoPicture, JITTER_LIMIT } from './pictures/picture-id.ts';
import { SCENES } from './pictures/scenes.ts';
import { at, chance, integerBetween, pick, type Random } from './random.ts';
import type { Facts } from './text-template.ts';

export type Look = { emoji: string; anyTint: number; scene: number; palette: number };

/** What the variants of a design have in common. */
export function drawLook(random: Random, ready: ReadyKind): Look {
  return {
    emoji: pick(random, ready.kind.emoji),
    anyTint: integerBetween(random, 0, COLORS.length - 1),
    scene: integerBetween(random, 0, SCENES.length - 1),
    palette: integerBetween(random, 0, ready.department.palettes.length - 1),
  };
}

export function drawPictures(
  random: Random,
  ready: ReadyKind,
  look: Look,
  attributes: Facts,
  variant: number,
): string[] {
  const { kind, department } = ready;
  const emoji = emojiFor(ready, attributes) ?? look.emoji;
  const named = kind.keepsColor ? 0 : colorPlace(attributes.Color ?? attributes.Finish ?? '');
  const tint = named === 0 && kind.anyColor?.includes(emoji) ? look.anyTint : named;
  const count = chance(random, 0.3) ? 3 : chance(random, 0.75) ? 2 : 1;
  const pictures: string[] = [];
  for (let pose = 0; pose < count; pose++) {
    pictures.push(
      formatDemoPicture({
        emoji,
        tint,
        palette: at(department.palettes, look.palette + variant + pose * 3),
        scene: (look.scene + pose * 5) % SCENES.length,
        jitter: integerBetween(random, 0, JITTER_LIMIT - 1),
        pose,
      }),
    );
  }
  return pictures;
}

function emojiFor(ready: ReadyKind, attributes: Facts): string | undefined {
  const { emojiOf } = ready.kind;
  if (!emojiOf) return undefined;
  for (const name in attributes) {
    const emoji = emojiOf[attributes[name] ?? ''];
    if (emoji) return emoji;
  }
  return undefined;
}
