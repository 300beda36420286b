// The implementations behind the door of search, opened over a test's products.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@opensearch-project/opensearch';
import { openLog } from '../../lib/log.ts';
import { openOpenSearchReplica } from './opensearch/replica.ts';
import { openStandIn } from './opensearch/test-opensearch-stand-in.ts';
import { openReplica, type Replica } from './replica.ts';
import type { TestSource } from './test-source.ts';

export type Opened = { replica: Replica; close(): Promise<void> };

const POLL_EVERY_MS = 20;
const log = openLog('test', 'silent');
const patient = { log, pollEveryMs: POLL_EVERY_MS, takeOverMs: 100 };

export async function openEngine(source: TestSource): Promise<Opened> {
  const directory = await mkdtemp(join(tmpdir(), 'contract-'));
  const replica = await openReplica({ directory, source, log, pollEveryMs: POLL_EVERY_MS });
  return {
    replica,
    close: async () => {
      await replica.close();
      await rm(directory, { recursive: true });
    },
  };
}

export async function openWithStandIn(source: TestSource): Promise<Opened> {
  const standIn = await openStandIn();
  const replica = await openOpenSearchReplica({ ...patient, url: standIn.url, prefix: 'test', source });
  return {
    replica,
    close: async () => {
      await replica.close();
      await standIn.close();
    },
  };
}

/** A real one. */
export async function openWithOpenSearch(source: TestSource, url: string): Promise<Opened> {
  const prefix = `souk-test-${process.pid}`;
  const replica = await openOpenSearchReplica({ ...patient, url, prefix, source });
  return {
    replica,
    close: async () => {
      await replica.close();
      const client = new Client({ node: url });
      const { body } = await client.indices.get({ index: `${prefix}-*` });
      await client.indices.delete({ index: Object.keys(body) });
      await client.close();
    },
  };
}
