// Strings by number and numbers by string, in flat arrays: as a Map, a million product codes took 100 MB more and could not be
// shared or written as they are. Strings are added and never taken out.
//
// One thread adds while others look: a string's number is written last, so who finds it finds its letters. An array that grows is
// exchanged for a longer one, and who still has the shorter one finds the strings that stood in it, and no others.
import { roomFor, sharedUint16, sharedUint32 } from './shared-arrays.ts';

export type StringTable = {
  count: number;
  /** UTF-16, so that order and letters are those of the language. */
  letters: Uint16Array;
  /** By string number, with the end of the last one behind it. */
  starts: Uint32Array;
  /** Open addressing: a string's number + 1; 0 is free. At most half full. */
  slots: Uint32Array;
};

const FIRST_STRINGS = 1 << 12;

export function openStringTable(): StringTable {
  return {
    count: 0,
    letters: sharedUint16(FIRST_STRINGS * 8),
    starts: sharedUint32(FIRST_STRINGS + 1),
    slots: sharedUint32(FIRST_STRINGS * 2),
  };
}

export function findString(table: StringTable, text: string): number | undefined {
  const found = (table.slots[slotOf(table, text)] as number) - 1;
  return found === -1 ? undefined : found;
}

/** The number of the string; a new one gets the next. */
export function addString(table: StringTable, text: string): number {
  const known = slotOf(table, text);
  if (table.slots[known] !== 0) return (table.slots[known] as number) - 1;
  const id = table.count++;
  const start = table.starts[id] as number;
  table.letters = roomFor(table.letters, start + text.length);
  for (let at = 0; at < text.length; at++) table.letters[start + at] = text.charCodeAt(at);
  table.starts = roomFor(table.starts, table.count + 1);
  table.starts[table.count] = start + text.length;
  Atomics.store(table.slots, known, id + 1);
  if (table.count * 2 > table.slots.length) widen(table);
  return id;
}

export function stringAt(table: StringTable, id: number): string {
  const { letters, starts } = table;
  // A thread that reads may hear of a string before it has the longer arrays that it stands in.
  if (id + 1 >= starts.length) return '';
  return String.fromCharCode(...letters.subarray(starts[id], starts[id + 1]));
}

/** Below 0 where the first string comes first, as `<` has it. */
export function compareAt(table: StringTable, one: number, other: number): number {
  const { letters, starts } = table;
  const oneEnd = starts[one + 1] as number;
  const otherEnd = starts[other + 1] as number;
  let at = starts[one] as number;
  let beside = starts[other] as number;
  while (at < oneEnd && beside < otherEnd) {
    const difference = (letters[at++] as number) - (letters[beside++] as number);
    if (difference !== 0) return difference;
  }
  return oneEnd - at - (otherEnd - beside);
}

/** Below 0 where the string comes before all that begin with the prefix, 0 where it begins so, above where it comes after. */
export function compareToPrefix(table: StringTable, id: number, prefix: string): number {
  const { letters, starts } = table;
  const start = starts[id] as number;
  const length = (starts[id + 1] as number) - start;
  for (let at = 0; at < prefix.length; at++) {
    if (at === length) return -1;
    const difference = (letters[start + at] as number) - prefix.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Where the string stands in `slots`, or the free slot where it would. */
function slotOf(table: StringTable, text: string): number {
  const { letters, starts, slots } = table;
  const mask = slots.length - 1;
  const length = text.length;
  let slot = hashOf(text) & mask;
  for (;;) {
    const id = (slots[slot] as number) - 1;
    if (id === -1) return slot;
    const start = starts[id] as number;
    if ((starts[id + 1] as number) - start === length) {
      let at = 0;
      while (at < length && letters[start + at] === text.charCodeAt(at)) at++;
      if (at === length) return slot;
    }
    slot = (slot + 1) & mask;
  }
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

// Product codes differ in their last digits: without this they would stand side by side and every search would be long.
function mixed(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return (half ^ (half >>> 15)) >>> 0;
}

function widen(table: StringTable): void {
  const { letters, starts, count } = table;
  const slots = sharedUint32(table.slots.length * 2);
  const mask = slots.length - 1;
  for (let id = 0; id < count; id++) {
    let hash = 0x811c9dc5;
    const end = starts[id + 1] as number;
    for (let at = starts[id] as number; at < end; at++) hash = Math.imul(hash ^ (letters[at] as number), 0x01000193);
    let slot = mixed(hash) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = id + 1;
  }
  table.slots = slots;
}
