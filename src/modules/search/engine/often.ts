// What comes often, by its hash: a byte for each of many counters, which things with one hash share.

/** What came so often lately is worth a number of its own. */
const OFTEN = 12;

/** Counts are halved after so many questions: what is rare never adds up, however long it goes on. */
export type Often = { counts: Uint8Array; questionsAHalving: number; questionsToHalving: number };

/** `counters`: a power of two. */
export function openOften(counters: number, questionsAHalving: number): Often {
  return { counts: new Uint8Array(counters), questionsAHalving, questionsToHalving: questionsAHalving };
}

/** Counts it, and begins anew where it says so: what is asked for has its number then. */
export function isOften(often: Often, hash: number): boolean {
  const { counts } = often;
  if (--often.questionsToHalving === 0) {
    often.questionsToHalving = often.questionsAHalving;
    for (let at = 0; at < counts.length; at++) counts[at] = (counts[at] as number) >> 1;
  }
  const counter = hash & (counts.length - 1);
  const count = (counts[counter] as number) + 1;
  counts[counter] = count < OFTEN ? count : 0;
  return count >= OFTEN;
}
