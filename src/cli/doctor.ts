// souk doctor: looks at all that a start needs, changes nothing, and says what to do.
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type { Config } from '../config.ts';
import { findBinaries } from '../lib/embedded-postgres-binaries.ts';
import { isPostmasterOf, readPostmaster } from '../lib/embedded-postgres-postmaster.ts';
import { inspectOpenSearch } from '../modules/search/index.ts';
import { freeBytesOf, LEAST_FREE_BYTES, megabytes } from './data-directory.ts';
import { LOOPBACK, portSentence, whyNotFree } from './ports.ts';
import { explain } from './refusal.ts';
import { findOwnPostgresUrl, inspectShopSchema, requireUsable, schemaSentence, shopHolder } from './shop-database.ts';

type Finding = { check: string; state: 'good' | 'note' | 'bad'; text: string };

const NEEDED_NODE_MAJOR = 26;
const MARKS = { good: 'ok  ', note: 'note', bad: 'BAD ' };

/** Whether all is well. */
export async function doctor(config: Config, isJson: boolean): Promise<boolean> {
  const holder = await shopHolder(config);
  const findings = [
    nodeFinding(),
    dataFinding(config),
    ...(holder === undefined
      ? await portFindings(config)
      : [{ check: 'shop', state: 'good' as const, text: `It runs: ${holder}.` }]),
    ...(await databaseFindings(config)),
    ...(config.searchUrl === undefined ? [] : [await searchFinding(config.searchUrl)]),
  ];
  if (isJson) console.log(JSON.stringify({ findings }));
  else for (const { check, state, text } of findings) console.log(`${MARKS[state]}  ${check.padEnd(10)} ${text}`);
  return findings.every(({ state }) => state !== 'bad');
}

function nodeFinding(): Finding {
  const isGood = Number.parseInt(process.versions.node, 10) >= NEEDED_NODE_MAJOR;
  const heap = megabytes(getHeapStatistics().heap_size_limit);
  return {
    check: 'node',
    state: isGood ? 'good' : 'bad',
    text: isGood
      ? `${process.version}, ${heap} of heap`
      : `${process.version}; Souk needs ${NEEDED_NODE_MAJOR}. Run "npm ci".`,
  };
}

function dataFinding(config: Config): Finding {
  let existing = config.dataDirectory;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    const freeBytes = freeBytesOf(existing);
    const text = `${config.dataDirectory}${existing === config.dataDirectory ? '' : ' (not made yet)'}, ${megabytes(freeBytes)} free`;
    return {
      check: 'data',
      state: freeBytes < LEAST_FREE_BYTES ? 'bad' : 'good',
      text:
        freeBytes < LEAST_FREE_BYTES
          ? `${text}. Souk needs ${megabytes(LEAST_FREE_BYTES)}; free some or set SOUK_DATA.`
          : text,
    };
  } catch (error) {
    return {
      check: 'data',
      state: 'bad',
      text: `${existing}: ${explain(error)} Set SOUK_DATA to a directory you may write to.`,
    };
  }
}

async function portFindings(config: Config): Promise<Finding[]> {
  const ports = [
    { name: 'PORT', host: config.host, port: config.port },
    { name: 'OPS_PORT', host: LOOPBACK, port: config.opsPort },
    ...(config.sandboxPort === undefined ? [] : [{ name: 'SANDBOX_PORT', host: LOOPBACK, port: config.sandboxPort }]),
  ];
  return Promise.all(
    ports.map(async ({ name, host, port }): Promise<Finding> => {
      const why = await whyNotFree(host, port);
      if (why === undefined) return { check: 'port', state: 'good', text: `${name} ${port} on ${host} is free` };
      return { check: 'port', state: 'bad', text: portSentence(name, host, port, why) };
    }),
  );
}

async function databaseFindings(config: Config): Promise<Finding[]> {
  try {
    if (config.databaseUrl === undefined) findBinaries();
    const url = config.databaseUrl ?? findOwnPostgresUrl(config);
    if (url === undefined) return [{ check: 'database', state: 'good', text: ownDatabaseText(config) }];
    const version = await requireUsable(url);
    return [{ check: 'database', state: 'good', text: `PostgreSQL ${version} answers` }, await schemaFinding(url)];
  } catch (error) {
    return [{ check: 'database', state: 'bad', text: explain(error) }];
  }
}

/** The address may carry a password and is not shown. */
async function searchFinding(url: string): Promise<Finding> {
  const state = await inspectOpenSearch(url);
  return state.kind === 'answers'
    ? { check: 'search', state: 'good', text: `OpenSearch ${state.version} answers (${state.name})` }
    : { check: 'search', state: 'bad', text: `what SEARCH_URL names does not answer: ${state.reason}` };
}

async function schemaFinding(url: string): Promise<Finding> {
  const state = await inspectShopSchema(url);
  if (state.kind !== 'known') return { check: 'schema', state: 'bad', text: schemaSentence(state) };
  if (state.pending.length === 0) return { check: 'schema', state: 'good', text: `${state.number}, up to date` };
  return {
    check: 'schema',
    state: 'note',
    text: `${state.number}; ${state.pending.length} migrations are due and run at the next start`,
  };
}

function ownDatabaseText(config: Config): string {
  const dataDirectory = join(config.dataDirectory, 'postgres');
  if (!existsSync(join(dataDirectory, 'PG_VERSION'))) return 'our own PostgreSQL, made at the first start';
  const left = readPostmaster(dataDirectory);
  const isLeft = left !== undefined && !isPostmasterOf(left.pid, dataDirectory);
  return `our own PostgreSQL, not running${isLeft ? '; it was killed and recovers at the next start' : ''}`;
}
