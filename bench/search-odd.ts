// What no person types: each of these must be answered in bounded time, however large the shop is.
const COMMON = 'black white blue small large steel cotton wireless set kids pack series'.split(' ');
const RANDOM_TERMS = 200;
const MAX_RANDOM_CHARACTERS = 250;

export function oddTerms(random: () => number): string[] {
  return [
    'black lamp '.repeat(900),
    'k'.repeat(10_240),
    '-'.repeat(10_240),
    '" AND ( OR * NEAR ^ ~ : - \' \\ % _ ; -- " "',
    'a b c d e f g h i j k l m n o p',
    'se',
    '充电器',
    'شاحن',
    COMMON.join(' '),
    COMMON.map((word) => word.slice(0, -1)).join(' '),
    COMMON.map((word) => `${word.charAt(0)}${word}`).join(' '),
    Array.from({ length: 2_000 }, (_, n) => `w${n}x`).join(' '),
    ...'abcdefghijklmnopqrstuvwxyz0123456789',
    ...Array.from({ length: RANDOM_TERMS }, () => randomText(random)),
  ];
}

function randomText(random: () => number): string {
  const length = 1 + Math.floor(random() * MAX_RANDOM_CHARACTERS);
  return Array.from({ length }, () => String.fromCharCode(random() * 256)).join('');
}
