// How a thread that only reads comes to the index of the thread that writes: it is sent the arrays, which are shared memory, and
// later those that took the place of others. An update goes out with the next query, so that a query finds everything that was
// there when it was sent; where nothing was exchanged, making it compares some twenty references.
//
// Figures are written in place while others read them. That is harmless: each is one aligned number, which processors read
// and write in one piece; the worst is a product filtered by its new price and sorted by its old one, in one answer. What
// is shown of a product comes from its document, in the thread that writes.
import type { Knowledge } from '../engine/knowledge.ts';
import { type SharedSegment, segmentToRead, sharedSegment } from '../engine/shared-segment.ts';
import type { SpellingArrays } from '../engine/spelling.ts';
import { documentCount, openState, type SearchState, segmentsOf } from '../engine/state.ts';
import type { StringTable } from '../engine/string-table.ts';
import { fold, wordsOf } from '../engine/text.ts';
import type { ValueTable } from '../engine/value-table.ts';
import type { Vocabulary } from '../engine/vocabulary.ts';

const STRING_ARRAYS = ['letters', 'starts', 'slots'] as const satisfies (keyof StringTable)[];
const WORD_ARRAYS = ['termOfWord', 'seen', 'seenInTitle', 'productsOfTerm'] as const satisfies (keyof Vocabulary)[];
const VALUE_TABLES = ['brands', 'categories', 'sellers'] as const satisfies (keyof SearchState)[];

type ValueUpdate = Pick<ValueTable, 'counts' | 'labels'> & {
  /** From number `known` on. */
  known: number;
  values: string[];
  terms: number[][];
};

/** What was exchanged or added since the last one; plain data and shared arrays. */
export type Update = {
  /** Of another state: whatever was sent before is void. */
  isNew: boolean;
  /** Products there are. */
  documents: number;
  /** In their order. An identity that was sent before comes without its segment. */
  segments?: { identity: number; segment?: SharedSegment }[];
  strings?: Pick<StringTable, (typeof STRING_ARRAYS)[number]>;
  words?: Pick<Vocabulary, (typeof WORD_ARRAYS)[number]>;
  spellings?: SpellingArrays;
  runs?: Uint32Array[];
  unsortedWords?: number[];
  values: Partial<Record<(typeof VALUE_TABLES)[number], ValueUpdate>>;
};

/** What one thread was sent. */
export type Told = {
  state?: SearchState;
  /** By its arrays: they are exchanged as a whole. */
  identities: Map<object, number>;
  lastIdentity: number;
  packed?: object;
  growing?: object;
  strings?: Update['strings'];
  words?: Update['words'];
  spellings?: SpellingArrays;
  runs: Uint32Array[];
  unsortedWords: number;
  values: Map<ValueTable, { count: number; relabelled: number; counts: Uint32Array }>;
};

export function toldNothing(): Told {
  return { identities: new Map(), lastIdentity: 0, runs: [], unsortedWords: 0, values: new Map() };
}

/** Notes what it answers as told. */
export function updateFor(told: Told, state: SearchState): Update {
  const isNew = told.state !== state;
  if (isNew) Object.assign(told, { ...toldNothing(), packed: undefined, strings: undefined, words: undefined, state });
  const update: Update = { isNew, documents: documentCount(state), values: {} };
  addSegments(update, told, state);
  const { strings, prefixes, spellings } = state.vocabulary;
  const { letters, starts, slots } = strings;
  if (isOther(told.strings, strings, STRING_ARRAYS)) update.strings = told.strings = { letters, starts, slots };
  if (isOther(told.words, state.vocabulary, WORD_ARRAYS)) {
    const { termOfWord, seen, seenInTitle, productsOfTerm } = state.vocabulary;
    update.words = told.words = { termOfWord, seen, seenInTitle, productsOfTerm };
  }
  if (isNew || told.spellings !== spellings.arrays) update.spellings = told.spellings = spellings.arrays;
  const { runs, unsorted } = prefixes;
  if (runs.length !== told.runs.length || runs.some((run, at) => run !== told.runs[at])) {
    update.runs = told.runs = [...runs];
    told.unsortedWords = -1;
  }
  if (unsorted.length !== told.unsortedWords) {
    update.unsortedWords = unsorted;
    told.unsortedWords = unsorted.length;
  }
  for (const name of VALUE_TABLES) {
    const values = valuesFor(told, state[name]);
    if (values) update.values[name] = values;
  }
  return update;
}

function addSegments(update: Update, told: Told, state: SearchState): void {
  if (told.packed === state.packed && told.growing === state.growing.arrays) return;
  told.packed = state.packed;
  told.growing = state.growing.arrays;
  const identities = new Map<object, number>();
  update.segments = [...state.packed, ...state.frozen, state.growing].map((segment) => {
    const known = told.identities.get(segment.arrays);
    const identity = known ?? ++told.lastIdentity;
    identities.set(segment.arrays, identity);
    return known === undefined ? { identity, segment: sharedSegment(segment) } : { identity };
  });
  told.identities = identities;
}

function isOther<Name extends string>(
  told: Record<Name, unknown> | undefined,
  now: Record<Name, unknown>,
  names: readonly Name[],
): boolean {
  return told === undefined || names.some((name) => told[name] !== now[name]);
}

function valuesFor(told: Told, table: ValueTable): ValueUpdate | undefined {
  const { values, labels, terms, counts, relabelled } = table;
  const before = told.values.get(table);
  const known = before?.relabelled === relabelled ? before.count : 0;
  if (known === values.length && before?.counts === counts) return undefined;
  told.values.set(table, { count: values.length, relabelled, counts });
  return { known, values: values.slice(known), labels: labels.slice(known), terms: terms.slice(known), counts };
}

/** A state that is read only, and what it takes to keep it so. */
export type View = { state: SearchState; segments: Map<number, ReturnType<typeof segmentToRead>> };

export function openView(knowledge: Knowledge): View {
  return { state: openState(knowledge), segments: new Map() };
}

/** Answers the view to go on with. */
export function updated(before: View, update: Update): View {
  const view = update.isNew ? openView(before.state.knowledge) : before;
  const { state } = view;
  const { vocabulary } = state;
  state.products.count = update.documents;
  if (update.segments) takeSegments(view, update.segments);
  Object.assign(vocabulary.strings, update.strings);
  Object.assign(vocabulary, update.words);
  if (update.spellings) vocabulary.spellings.arrays = update.spellings;
  if (update.runs) vocabulary.prefixes.runs = update.runs;
  if (update.unsortedWords) vocabulary.prefixes.unsorted = update.unsortedWords;
  for (const name of VALUE_TABLES) {
    const values = update.values[name];
    if (values) takeValues(state[name], values);
  }
  return view;
}

function takeSegments(view: View, sent: NonNullable<Update['segments']>): void {
  const { state, segments } = view;
  view.segments = new Map();
  state.packed = [];
  state.frozen = [];
  for (const { identity, segment } of sent) {
    const own = segment ? segmentToRead(segment) : segments.get(identity);
    if (!own) throw new Error(`segment ${identity} was never sent`);
    view.segments.set(identity, own);
    if ('listCount' in own) state.frozen.push(own);
    else state.packed.push(own);
  }
  // It comes last.
  const growing = state.frozen.pop();
  if (growing) state.growing = growing;
  state.segments = segmentsOf(state);
}

function takeValues(table: ValueTable, { known, values, labels, terms, counts }: ValueUpdate): void {
  for (const [at, value] of values.entries()) {
    const label = labels[at] as string;
    table.ids.set(fold(value), known + at);
    table.values[known + at] = value;
    table.labels[known + at] = label;
    table.words[known + at] = wordsOf(fold(label)).words;
    table.terms[known + at] = terms[at] as number[];
  }
  table.counts = counts;
}
