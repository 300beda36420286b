// The stages a product is shown on, drawn in a square of 1000 units.
// No SVG filters: a blur costs more than everything else here together, and a gradient does for light and shadow.
import type { Random } from '../random.ts';
import type { Palette } from './palettes.ts';

export type Stage = 'standing' | 'floating'; // on the floor with a contact shadow, or before the wall
export type Scene = { stage: Stage; baseY: number; draw(palette: Palette, random: Random): string };

const STANDING_BASE = 800;
const FLOATING_BASE = 790;

export const SCENES: readonly Scene[] = [
  { stage: 'standing', baseY: STANDING_BASE, draw: sweep },
  { stage: 'standing', baseY: 768, draw: podium },
  { stage: 'floating', baseY: FLOATING_BASE, draw: sun },
  { stage: 'standing', baseY: STANDING_BASE, draw: arch },
  { stage: 'standing', baseY: 790, draw: blocks },
  { stage: 'floating', baseY: FLOATING_BASE, draw: split },
  { stage: 'floating', baseY: FLOATING_BASE, draw: rays },
  { stage: 'floating', baseY: FLOATING_BASE, draw: confetti },
  { stage: 'floating', baseY: FLOATING_BASE, draw: waves },
  { stage: 'standing', baseY: 805, draw: windowLight },
  { stage: 'floating', baseY: FLOATING_BASE, draw: blobs },
  { stage: 'standing', baseY: 795, draw: spheres },
  { stage: 'standing', baseY: 792, draw: shelf },
  { stage: 'standing', baseY: 768, draw: curtain },
  { stage: 'standing', baseY: 800, draw: tiles },
  { stage: 'standing', baseY: 800, draw: dunes },
];

function wall(from = 0, to = 1000): string {
  return `<rect y="${from}" width="1000" height="${to - from}" fill="url(#wall)"/>`;
}

function floor(from: number): string {
  return `<rect y="${from}" width="1000" height="${1000 - from}" fill="url(#floor)"/>`;
}

function glow(x: number, y: number, radius: number): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="url(#glow)"/>`;
}

function lightX(random: Random): number {
  return 300 + random.next() * 400;
}

function sweep(_palette: Palette, random: Random): string {
  const rise = 610 + random.next() * 60;
  return `${wall()}${glow(lightX(random), 380, 620)}
    <path d="M0 ${rise + 40} Q500 ${rise - 40} 1000 ${rise + 40} V1000 H0Z" fill="url(#floor)"/>`;
}

function podium(palette: Palette, random: Random): string {
  const radius = 300 + random.next() * 50;
  const left = 500 - radius;
  return `${wall(0, 720)}${glow(lightX(random), 330, 560)}${floor(700)}
    <ellipse cx="${520}" cy="905" rx="${radius + 70}" ry="70" fill="url(#contact)"/>
    <path d="M${left} 770 V880 A${radius} 66 0 0 0 ${500 + radius} 880 V770Z" fill="url(#side)"/>
    <ellipse cx="500" cy="770" rx="${radius}" ry="66" fill="${palette.second}"/>
    <ellipse cx="500" cy="766" rx="${radius - 14}" ry="58" fill="url(#glow)" opacity=".7"/>`;
}

function sun(palette: Palette, random: Random): string {
  const radius = 330 + random.next() * 50;
  const ring = random.next() < 0.5;
  return `${wall()}${glow(lightX(random), 300, 600)}
    ${ring ? `<circle cx="500" cy="490" r="${radius + 52}" fill="none" stroke="${palette.second}" stroke-width="14" opacity=".8"/>` : ''}
    <circle cx="500" cy="490" r="${radius}" fill="url(#disc)"/>`;
}

function arch(_palette: Palette, random: Random): string {
  const half = 290 + random.next() * 40;
  const top = 200 + random.next() * 40;
  const door = (spread: number) => {
    const reach = half + spread;
    return `M${500 - reach} 720 V${top + half} A${reach} ${reach} 0 0 1 ${500 + reach} ${top + half} V720Z`;
  };
  return `${wall(0, 720)}<path d="${door(56)}" fill="url(#disc)" opacity=".45"/><path d="${door(0)}" fill="url(#disc)"/>
    ${glow(lightX(random), 420, 520)}${floor(712)}<rect y="708" width="1000" height="8" fill="#fff" opacity=".35"/>`;
}

function blocks(palette: Palette, random: Random): string {
  const left = 300 + random.next() * 220;
  const right = 420 + random.next() * 180;
  const mirrored = random.next() < 0.5 ? 'transform="translate(1000 0) scale(-1 1)"' : '';
  return `${wall(0, 730)}${glow(lightX(random), 330, 580)}${floor(720)}<g ${mirrored}>
    <rect x="-20" y="${left}" width="230" height="${770 - left}" fill="url(#side)"/>
    <rect x="-20" y="${left - 26}" width="230" height="28" fill="${palette.second}"/>
    <rect x="770" y="${right}" width="260" height="${790 - right}" fill="url(#disc)"/>
    <rect x="770" y="${right - 26}" width="260" height="28" fill="${palette.second}" opacity=".9"/>
    <ellipse cx="120" cy="782" rx="260" ry="34" fill="url(#contact)"/></g>`;
}

function split(palette: Palette, random: Random): string {
  const tilt = 120 + random.next() * 260;
  const mirrored = random.next() < 0.5 ? 'transform="translate(1000 0) scale(-1 1)"' : '';
  return `${wall()}<g ${mirrored}><path d="M${500 + tilt} 0 H1000 V1000 H${500 - tilt}Z" fill="url(#disc)"/>
    <path d="M${500 + tilt} 0 h26 L${526 - tilt} 1000 h-26Z" fill="${palette.second}"/></g>${glow(lightX(random), 400, 560)}`;
}

function rays(palette: Palette, random: Random): string {
  const count = 11 + Math.floor(random.next() * 5);
  const start = random.next() * Math.PI;
  let wedges = '';
  for (let ray = 0; ray < count; ray++) {
    const from = start + (ray * 2 * Math.PI) / count;
    const to = from + Math.PI / count;
    wedges += `M500 500 L${(500 + 800 * Math.cos(from)).toFixed(0)} ${(500 + 800 * Math.sin(from)).toFixed(0)} L${(500 + 800 * Math.cos(to)).toFixed(0)} ${(500 + 800 * Math.sin(to)).toFixed(0)}Z`;
  }
  return `${wall()}<path d="${wedges}" fill="${palette.accent}" opacity=".42"/>${glow(500, 480, 520)}`;
}

function confetti(palette: Palette, random: Random): string {
  let shapes = '';
  for (let place = 0; place < 18; place++) {
    // Around the edge, where the product is not.
    const angle = ((place + random.next() * 0.7) / 18) * 2 * Math.PI;
    const reach = 400 + random.next() * 140;
    const x = (500 + reach * Math.cos(angle)).toFixed(0);
    const y = (500 + reach * Math.sin(angle)).toFixed(0);
    const size = 14 + random.next() * 24;
    const fill = [palette.accent, palette.accentDeep, palette.second, '#ffffff'][place % 4] ?? palette.accent;
    const turn = Math.floor(random.next() * 180);
    shapes +=
      place % 3 === 0
        ? `<circle cx="${x}" cy="${y}" r="${size.toFixed(0)}" fill="none" stroke="${fill}" stroke-width="11"/>`
        : place % 3 === 1
          ? `<rect x="-${size}" y="-9" width="${2 * size}" height="18" rx="9" transform="translate(${x} ${y}) rotate(${turn})" fill="${fill}"/>`
          : `<circle cx="${x}" cy="${y}" r="${(size * 0.6).toFixed(0)}" fill="${fill}"/>`;
  }
  return `${wall()}${glow(lightX(random), 420, 600)}${shapes}`;
}

function waves(palette: Palette, random: Random): string {
  const swing = 60 + random.next() * 70;
  const wave = (y: number, fill: string, opacity: number) =>
    `<path d="M0 ${y} C250 ${y - swing} 350 ${y + swing} 520 ${y} S850 ${y - swing} 1000 ${y} V1000 H0Z" fill="${fill}" opacity="${opacity}"/>`;
  return `${wall()}${glow(lightX(random), 330, 620)}${wave(560, palette.second, 0.55)}${wave(680, palette.accent, 0.6)}${wave(800, palette.accentDeep, 0.65)}`;
}

function windowLight(_palette: Palette, random: Random): string {
  const shift = -60 + random.next() * 260;
  let panes = '';
  for (let column = 0; column < 2; column++) {
    for (let row = 0; row < 3; row++) {
      const x = shift + column * 240;
      const y = 60 + row * 200 - column * 40;
      panes += `<path d="M${x} ${y} l210 -36 l60 176 l-210 36Z"/>`;
    }
  }
  return `${wall(0, 740)}<g fill="#fff" opacity=".38">${panes}</g>${floor(730)}<rect y="726" width="1000" height="8" fill="#fff" opacity=".4"/>${glow(lightX(random), 500, 520)}`;
}

function blobs(palette: Palette, random: Random): string {
  const turn = Math.floor(random.next() * 360);
  const second = Math.floor(random.next() * 360);
  const shape = 'M-330 -60 C-340 -260 -120 -390 90 -350 S390 -180 370 30 S250 370 20 360 S-320 160 -330 -60Z';
  return `${wall()}<path d="${shape}" transform="translate(500 500) rotate(${turn}) scale(1.22)" fill="${palette.second}" opacity=".7"/>
    <path d="${shape}" transform="translate(500 490) rotate(${second}) scale(1.02)" fill="url(#disc)"/>${glow(lightX(random), 380, 480)}`;
}

function spheres(_palette: Palette, random: Random): string {
  let balls = '';
  for (const [side, size] of [
    [110, 120],
    [880, 92],
    [770, 46],
    [255, 40],
  ] as const) {
    const x = side + (random.next() - 0.5) * 60;
    const radius = size * (0.8 + random.next() * 0.5);
    const base = 800 + (size < 60 ? 70 : 0) + random.next() * 20;
    balls += `<ellipse cx="${x}" cy="${base}" rx="${radius * 1.25}" ry="${radius * 0.26}" fill="url(#contact)"/><circle cx="${x}" cy="${base - radius}" r="${radius}" fill="url(#ball)"/>`;
  }
  const mirrored = random.next() < 0.5 ? 'transform="translate(1000 0) scale(-1 1)"' : '';
  return `${wall(0, 700)}${glow(lightX(random), 340, 600)}${floor(690)}<g ${mirrored}>${balls}</g>`;
}

function shelf(palette: Palette, random: Random): string {
  const frame = 180 + random.next() * 480;
  return `${wall()}<circle cx="${frame}" cy="300" r="190" fill="${palette.second}" opacity=".5"/>${glow(lightX(random), 400, 600)}
    <rect x="0" y="785" width="1000" height="26" fill="${palette.second}"/><rect y="811" width="1000" height="58" fill="url(#side)"/>
    <rect y="869" width="1000" height="60" fill="url(#drop)"/>`;
}

function curtain(palette: Palette, random: Random): string {
  const folds = 6 + Math.floor(random.next() * 4);
  const width = 1000 / folds;
  let cloth = '';
  for (let fold = 0; fold < folds; fold++) {
    cloth += `<rect x="${fold * width}" width="${width + 1}" height="760" fill="url(#fold)"/>`;
  }
  return `${wall(0, 760)}${cloth}${glow(500, 380, 520)}${floor(730)}
    <ellipse cx="510" cy="860" rx="400" ry="60" fill="url(#contact)"/>
    <path d="M170 772 V836 A330 64 0 0 0 830 836 V772Z" fill="url(#side)"/><ellipse cx="500" cy="772" rx="330" ry="64" fill="${palette.second}"/>`;
}

function tiles(_palette: Palette, random: Random): string {
  const step = 110 + Math.floor(random.next() * 4) * 15;
  let lines = '';
  for (let place = step; place < 1000; place += step) lines += `M${place} 0V720`;
  for (let place = step; place < 720; place += step) lines += `M0 ${place}H1000`;
  return `${wall(0, 720)}<path d="${lines}" stroke="#fff" stroke-width="6" opacity=".5"/>${glow(lightX(random), 360, 600)}${floor(712)}
    <rect y="708" width="1000" height="10" fill="#fff" opacity=".45"/>`;
}

function dunes(palette: Palette, random: Random): string {
  const lean = random.next() * 200 - 100;
  return `${wall()}${glow(lightX(random), 300, 560)}<circle cx="${500 + lean * 2.4}" cy="330" r="120" fill="#fff" opacity=".5"/>
    <path d="M0 640 Q${260 + lean} 500 ${560 + lean} 640 T1000 600 V1000 H0Z" fill="${palette.accent}" opacity=".75"/>
    <path d="M0 720 Q${300 - lean} 660 ${620 - lean} 720 T1000 690 V1000 H0Z" fill="url(#floor)"/>`;
}
