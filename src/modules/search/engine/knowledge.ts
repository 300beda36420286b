// What a node knows beside its products: synonyms and what people searched before. Small, replaced as a whole, in no snapshot.
import { openPastQueries, type PastQueries, type PastQuery, rememberQueries } from './past-queries.ts';
import { openSynonyms, readSynonyms, type Synonyms } from './synonyms.ts';

export type Knowledge = { synonyms: Synonyms; pastQueries: PastQueries };
/** Plain data, so that it can be sent to other threads. What is left out stays as it is. */
export type Lesson = { /** The text of a synonym file. */ synonyms?: string; pastQueries?: PastQuery[] };

export function openKnowledge(): Knowledge {
  return { synonyms: openSynonyms(), pastQueries: openPastQueries() };
}

export function teach(knowledge: Knowledge, lesson: Lesson): void {
  if (lesson.synonyms !== undefined) knowledge.synonyms = readSynonyms(lesson.synonyms).synonyms;
  if (lesson.pastQueries !== undefined) knowledge.pastQueries = rememberQueries(lesson.pastQueries);
}
