// A worker thread that answers queries, one after the other, from the index of the thread that writes.
import { parentPort } from 'node:worker_threads';
import { type Lesson, openKnowledge, teach } from '../engine/knowledge.ts';
import { type FoundProducts, findProducts } from '../engine/search.ts';
import { type FoundSuggestions, findSuggestions } from '../engine/suggest.ts';
import type { SearchQuery } from '../query.ts';
import { openView, type Update, updated } from './view.ts';

export type Question = { kind: 'search'; query: SearchQuery } | { kind: 'suggest'; term: string };
export type ToThread = { kind: 'ask'; question: Question; update: Update } | { kind: 'teach'; lesson: Lesson };
/**
 * In the order of the questions; `ready` once, before all of them. They are sent as JSON: a hundred facet values cost half of
 * what they do where each object is copied from thread to thread.
 */
export type FromThread =
  | { kind: 'ready' }
  | { kind: 'found'; found: FoundProducts | FoundSuggestions }
  | { kind: 'failed'; message: string };

let view = openView(openKnowledge());

function answer(question: Question): FromThread {
  const { state } = view;
  try {
    const found =
      question.kind === 'search' ? findProducts(state, question.query) : findSuggestions(state, question.term);
    return { kind: 'found', found };
  } catch (error) {
    return { kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

parentPort?.on('message', (message: ToThread) => {
  if (message.kind === 'teach') {
    teach(view.state.knowledge, message.lesson);
    return;
  }
  // An update that cannot be taken ends the thread, and its successor is sent everything.
  view = updated(view, message.update);
  post(answer(message.question));
});
post({ kind: 'ready' });

function post(message: FromThread): void {
  parentPort?.postMessage(JSON.stringify(message));
}
