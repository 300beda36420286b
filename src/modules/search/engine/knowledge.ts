// What a node knows beside its products: synonyms, what people searched before, and the shop's currency. Small, replaced as a whole, in no snapshot.
import { openPastQueries, type PastQueries, type PastQuery, rememberQueries } from './past-queries.ts';
import { openSynonyms, readSynonyms, type Synonyms } from './synonyms.ts';

export type Knowledge = {
  synonyms: Synonyms;
  pastQueries: PastQueries;
  /** In which the shop's prices are told and typed. */
  currency: string;
};
/** Plain data, so that it can be sent to other threads. What is left out stays as it is. */
export type Lesson = {
  /** The text of a synonym file. */
  synonyms?: string;
  pastQueries?: PastQuery[];
  currency?: string;
};

export function openKnowledge(): Knowledge {
  return { synonyms: openSynonyms(), pastQueries: openPastQueries(), currency: 'USD' };
}

export function teach(knowledge: Knowledge, lesson: Lesson): void {
  if (lesson.synonyms !== undefined) knowledge.synonyms = readSynonyms(lesson.synonyms).synonyms;
  if (lesson.pastQueries !== undefined) knowledge.pastQueries = rememberQueries(lesson.pastQueries);
  if (lesson.currency !== undefined) knowledge.currency = lesson.currency;
}
