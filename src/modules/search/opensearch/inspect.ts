// Whether the cluster that the address names answers, and what it is: for those who set it up.
import { Client, errors } from '@opensearch-project/opensearch';

const ANSWER_WITHIN_MS = 5_000;

export type SearchServerState = { kind: 'answers'; name: string; version: string } | { kind: 'away'; reason: string };

export async function inspectOpenSearch(url: string): Promise<SearchServerState> {
  const client = new Client({ node: url, requestTimeout: ANSWER_WITHIN_MS, maxRetries: 0 });
  try {
    const { cluster_name: name, version } = (await client.info()).body;
    return { kind: 'answers', name, version: version.number };
  } catch (error) {
    if (!(error instanceof errors.OpenSearchClientError)) throw error;
    return { kind: 'away', reason: error.message };
  } finally {
    await client.close();
  }
}
