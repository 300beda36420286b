// Queries are answered in threads of their own, so that a slow one holds up neither the requests that have nothing to do with
// searching nor more than one of the others. All threads read one copy of the index.
import { Worker } from 'node:worker_threads';
import type { Log } from '../../../lib/log.ts';
import { problem } from '../../../lib/problem.ts';
import type { Lesson } from '../engine/knowledge.ts';
import { type FoundProducts, findProducts } from '../engine/search.ts';
import type { SearchState } from '../engine/state.ts';
import { type FoundSuggestions, findSuggestions } from '../engine/suggest.ts';
import type { SearchQuery } from '../query.ts';
import type { FromThread, Question, ToThread } from './query-thread.ts';
import { type Told, toldNothing, updateFor } from './view.ts';

export type QueryThreads = {
  search(query: SearchQuery): Promise<FoundProducts>;
  suggest(term: string): Promise<FoundSuggestions>;
  teach(lesson: Lesson): void;
  close(): Promise<void>;
};

/** About half a second of work for one thread; who comes then would rather be told. */
const MAX_WAITING_A_THREAD = 256;
const RETRY_AFTER_SECONDS = 1;
/** One is answered and the next one is there already when it is. */
const MAX_SENT_A_THREAD = 2;
/** Two hundred times what a query takes. */
const MAX_QUERY_MS = 2_000;
const LOOK_EVERY_MS = 250;
/** A query that ended this many threads is not sent to another one. */
const MAX_TRIES = 2;
/** While threads come and go; then whoever asked is told to come again. */
const MAX_WAIT_MS = 5_000;
/** Before the next thread starts where the last one ended without an answer. */
const PAUSE_BEFORE_RESTART_MS = 2_000;
/** About twenty are needed; a thread that needs more is lost. */
const MAX_HEAP_MB = 256;

type Job = {
  question: Question;
  askedMs: number;
  tries: number;
  resolve(found: FoundProducts | FoundSuggestions): void;
  reject(error: unknown): void;
};
type Thread = {
  worker: Worker;
  isReady: boolean;
  hasAnswered: boolean;
  told: Told;
  /** Sent and not answered, in order. */
  sent: Job[];
  /** Since when the first of them is being answered. */
  sinceMs: number;
  /** Was late when last looked at; once more and it is lost. Its answer may have waited for this thread. */
  isLate: boolean;
};

export function openQueryThreads(
  count: number,
  state: () => SearchState,
  log: Log,
  script: URL = new URL('./query-thread.ts', import.meta.url),
): QueryThreads {
  const threads = new Set<Thread>();
  const waiting: Job[] = [];
  const lessons: Lesson = {};
  let isClosing = false;

  function start(): void {
    if (isClosing) return;
    const worker = new Worker(script, { name: 'search', resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } });
    const thread: Thread = {
      worker,
      isReady: false,
      hasAnswered: false,
      told: toldNothing(),
      sent: [],
      sinceMs: 0,
      isLate: false,
    };
    threads.add(thread);
    worker.on('message', (json: string) => take(thread, JSON.parse(json) as FromThread));
    worker.on('error', (error) => lose(thread, error));
    worker.on('exit', (code) => lose(thread, new Error(`it ended with code ${code}`)));
    post(thread, { kind: 'teach', lesson: lessons });
  }

  function take(thread: Thread, message: FromThread): void {
    if (message.kind === 'ready') thread.isReady = true;
    else {
      const job = thread.sent.shift();
      thread.hasAnswered = true;
      thread.sinceMs = performance.now();
      thread.isLate = false;
      if (message.kind === 'found') job?.resolve(message.found);
      else job?.reject(new Error(`a query failed in its thread: ${message.message}`));
    }
    send();
  }

  function send(): void {
    while (waiting.length > 0) {
      const thread = leastBusy(threads);
      if (thread === undefined) break;
      const job = waiting.shift() as Job;
      if (thread.sent.length === 0) thread.sinceMs = performance.now();
      thread.sent.push(job);
      post(thread, { kind: 'ask', question: job.question, update: updateFor(thread.told, state()) });
    }
    if (![...threads].some(({ isReady }) => isReady)) answerWaitingHere();
  }

  /** No thread is there, and maybe none will be. What may have ended one must not end the process: it waits for another. */
  function answerWaitingHere(): void {
    for (const job of waiting.splice(0)) {
      if (job.tries > 0) waiting.push(job);
      else answerHere(job);
    }
  }

  function answerHere({ question, resolve, reject }: Job): void {
    try {
      const { kind } = question;
      resolve(kind === 'search' ? findProducts(state(), question.query) : findSuggestions(state(), question.term));
    } catch (error) {
      reject(error);
    }
  }

  /** What it was at may have ended it, so that is tried only once more; what waited behind it has done nothing. */
  function lose(thread: Thread, error: unknown): void {
    if (!threads.delete(thread)) return;
    void thread.worker.terminate();
    if (isClosing) return;
    log.warn({ err: error, waiting: waiting.length }, 'a search thread is lost and gets a successor');
    const [first, ...others] = thread.sent.splice(0);
    waiting.unshift(...others);
    if (first && thread.isLate) first.reject(overloaded());
    else if (first && ++first.tries >= MAX_TRIES) first.reject(new Error('a query ended its thread', { cause: error }));
    else if (first) waiting.unshift(first);
    if (thread.hasAnswered) start();
    else setTimeout(start, PAUSE_BEFORE_RESTART_MS).unref();
    send();
  }

  function look(): void {
    const now = performance.now();
    while (waiting[0] && now - waiting[0].askedMs > MAX_WAIT_MS) waiting.shift()?.reject(overloaded());
    for (const thread of threads) {
      if (thread.sent.length === 0 || now - thread.sinceMs < MAX_QUERY_MS) continue;
      if (thread.isLate) lose(thread, new Error(`it needs more than ${MAX_QUERY_MS} ms for a query`));
      else thread.isLate = true;
    }
  }

  function ask<Found>(question: Question): Promise<Found> {
    if (waiting.length >= count * MAX_WAITING_A_THREAD) throw overloaded();
    const { promise, resolve, reject } = Promise.withResolvers<FoundProducts | FoundSuggestions>();
    waiting.push({ question, askedMs: performance.now(), tries: 0, resolve, reject });
    send();
    return promise as Promise<Found>;
  }

  for (let started = 0; started < count; started++) start();
  const looking = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    search: async (query) => ask({ kind: 'search', query }),
    suggest: async (term) => ask({ kind: 'suggest', term }),
    teach(lesson) {
      Object.assign(lessons, lesson);
      for (const thread of threads) post(thread, { kind: 'teach', lesson });
    },
    async close() {
      isClosing = true;
      clearInterval(looking);
      const ended = [...threads].map(({ worker }) => worker.terminate());
      for (const { sent } of threads) waiting.push(...sent.splice(0));
      for (const { reject } of waiting.splice(0)) reject(new Error('the search is closed'));
      await Promise.all(ended);
    },
  };
}

function overloaded() {
  return problem('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

function leastBusy(threads: Set<Thread>): Thread | undefined {
  let best: Thread | undefined;
  for (const thread of threads) {
    if (!thread.isReady || thread.sent.length >= MAX_SENT_A_THREAD) continue;
    if (!best || thread.sent.length < best.sent.length) best = thread;
  }
  return best;
}

function post({ worker }: Thread, message: ToThread): void {
  worker.postMessage(message);
}
