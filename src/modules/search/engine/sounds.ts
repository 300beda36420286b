// Letters that English writes for one sound. Who knows a word by ear writes the other ones: that is one slip, not two or three.

const ONE_SOUND = [
  ['f', 'ph'],
  ['f', 'gh'],
  ['k', 'ch'],
  ['k', 'ck'],
  ['kw', 'qu'],
  ['x', 'cks'],
  ['x', 'ks'],
  ['oo', 'u'],
  ['ee', 'ea'],
  ['or', 'aur'],
  ['shun', 'tion'],
] as const;
const MIN_LETTERS = 4;

/** The word as it would be written if one of its sounds were written differently. */
export function soundAlikes(word: string): string[] {
  if (word.length < MIN_LETTERS || !/^[a-z]+$/.test(word)) return [];
  const ways = ONE_SOUND.flatMap(([one, other]) => [
    word.includes(one) ? word.replaceAll(one, other) : word,
    word.includes(other) ? word.replaceAll(other, one) : word,
  ]);
  return [...new Set(ways)].filter((way) => way !== word);
}
