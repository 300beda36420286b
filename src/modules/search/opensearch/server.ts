// The way to the OpenSearch cluster: everything that is asked of it goes through here, within bounds of time and number.
import { type API, Client, errors } from '@opensearch-project/opensearch';
import { createLimit } from '../../../lib/limit.ts';
import { problem } from '../../../lib/problem.ts';

/** A hundred times what a search takes; nobody waits longer in front of a page. */
const ANSWER_WITHIN_MS = 2_000;
/** Five megabytes of documents, or an index to be made. */
export const WRITE_WITHIN_MS = 30_000;
const MAX_AT_ONCE = 64;
const MAX_WAITING = 512;
const RETRY_AFTER_SECONDS = 2;
/** After so many failures in a row the cluster is left alone for a moment, so that nobody waits for what will not come. */
const FAILURES_UNTIL_PAUSE = 3;
const PAUSE_MS = 1_000;

export type Body = Record<string, unknown>;
export type SearchServer = {
  /** For those who wait in front of a page: bounded in number, and refused at once while the cluster is known to be away. */
  ask<T>(work: (client: Client) => Promise<T>): Promise<T>;
  /** For the writer, who has time and is one. */
  client: Client;
  close(): Promise<void>;
};

export function openServer(url: string): SearchServer {
  // Node by node retries would add up to more time than anybody has.
  const client = new Client({ node: url, requestTimeout: ANSWER_WITHIN_MS, maxRetries: 0 });
  const limited = createLimit(MAX_AT_ONCE, MAX_WAITING);
  let failures = 0;
  let pausedUntilMs = 0;
  let closed: Promise<void> | undefined;

  async function tried<T>(work: (client: Client) => Promise<T>): Promise<T> {
    if (performance.now() < pausedUntilMs) throw unavailable();
    try {
      const answer = await work(client);
      failures = 0;
      return answer;
    } catch (error) {
      if (!isAway(error)) throw error;
      if (++failures >= FAILURES_UNTIL_PAUSE) pausedUntilMs = performance.now() + PAUSE_MS;
      throw unavailable();
    }
  }

  return {
    client,
    ask: async (work) => {
      // An object around it: the answer itself may be undefined.
      const answer = await limited(async () => ({ value: await tried(work) }));
      if (answer === undefined) throw problem('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      return answer.value;
    },
    // The client never comes back from being closed twice.
    close: () => {
      closed ??= client.close();
      return closed;
    },
  };
}

/** The answer's shape is for the caller to know, who made the body. */
export async function searchIndex<Answer>(server: SearchServer, alias: string, body: Body): Promise<Answer> {
  const { body: answer } = await server.ask((client) =>
    client.search({
      index: alias,
      body: body as API.Search_RequestBody,
      // Nobody hears the answer any more, so the cluster need not go on either.
      cancel_after_time_interval: `${ANSWER_WITHIN_MS}ms`,
    }),
  );
  return answer as Answer;
}

function unavailable() {
  return problem('search-unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/** No answer, an answer that says "not now", or no index yet: another try may find it back. */
export function isAway(error: unknown): boolean {
  if (error instanceof errors.ResponseError) {
    const status = error.statusCode;
    return status === 429 || status >= 500 || isMissingIndex(error);
  }
  return (
    error instanceof errors.ConnectionError ||
    error instanceof errors.TimeoutError ||
    error instanceof errors.NoLivingConnectionsError
  );
}

export function isMissingIndex(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.body?.error?.type === 'index_not_found_exception';
}

/** Somebody else was first. */
export function isConflict(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.statusCode === 409;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof errors.ResponseError && error.statusCode === 404;
}
