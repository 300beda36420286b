// souk rehearse: a surge against one's own install, with faults, and a verdict.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { openDatabase } from '../lib/db.ts';
import {
  FAULT_NAMES,
  FAULTS,
  type Fault,
  holdsRealOrders,
  isFault,
  type Listener,
  type Plan,
  REHEARSAL_SLUG,
  type Rehearsal,
  rehearse,
  reportHtml,
  reportJson,
  reportText,
  strikingFaults,
} from '../rehearsal/index.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { openProgress } from './progress.ts';
import { Refusal } from './refusal.ts';
import { claimRehearsalDirectory, removeDeadRehearsals } from './rehearsal-directory.ts';
import { makeRehearsalShop, type RehearsalShop } from './rehearsal-shop.ts';
import { findOwnPostgresUrl, requireCurrentSchema } from './shop-database.ts';
import type { StartOptions } from './start.ts';
import { watchStopSignals } from './stop-signals.ts';

export type RehearseCommand = Omit<Plan, 'faults'> & {
  /** undefined: all that can be done there. */
  faults: Fault[] | undefined;
  target: string | undefined;
  ownedHost: string | undefined;
  isForced: boolean;
};

const CONNECTIONS = 4;
const TARGET_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** What `--faults` says; undefined where nothing was said. */
export function faultsFrom(text: string | undefined): Fault[] | undefined {
  if (text === undefined) return undefined;
  if (text === 'all') return FAULT_NAMES;
  if (text === 'none') return [];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isFault(name));
  if (unknown.length > 0) throw new Refusal(`There is no fault "${unknown.join('", "')}". ${faultList()}`);
  return names.filter(isFault);
}

export function faultList(): string {
  const list = FAULT_NAMES.map((name) => `  ${name.padEnd(16)} ${FAULTS[name]}`);
  return ['--faults takes all, none, or some of these, with commas between them:', ...list].join('\n');
}

/** Whether it passed. */
export async function runRehearsal(config: Config, command: RehearseCommand, options: StartOptions): Promise<boolean> {
  const { target, ownedHost, isForced, faults, ...rest } = command;
  const plan: Plan = { ...rest, faults: faults ?? (target === undefined ? FAULT_NAMES : ['payments']) };
  const targetDatabaseUrl =
    target === undefined ? undefined : await requireTarget(config, target, ownedHost, isForced, plan);
  const progress = openProgress('Rehearsal', options.json);
  const say = (line: string): void => {
    if (!options.json) console.error(line);
  };
  const root = join(config.dataDirectory, 'rehearsals');
  // First, since it may be what fills the disk.
  await removeDeadRehearsals(root, say);
  prepareDataDirectory(config.dataDirectory);
  const { path: directory, lock } = await claimRehearsalDirectory(root, plan.seed);
  const listener: Listener = { say, progress: progress.update };
  const loadProgram = { file: options.mainFile, args: ['rehearse-load'] };
  let ownShop: RehearsalShop | undefined;
  const stopping = watchStopSignals(say, () => {
    ownShop?.abandon();
    if (ownShop) say(`The database of the rehearsal is left in ${ownShop.directory}; the next one removes it.`);
  });

  const inOwnShop = async (): Promise<Rehearsal> => {
    say('Bringing up a shop for the rehearsal; nothing of yours is touched.');
    const shop = await makeRehearsalShop(config, directory, options, plan.faults.includes('connections'));
    ownShop = shop;
    try {
      return await withDatabase(shop.databaseUrl, async (db) => {
        await shop.open();
        const { origin, breakable, lost } = shop;
        lost.addEventListener('abort', () => say('The shop of the rehearsal has ended by itself; its log says why.'));
        const scene = { origin, db, isNewShop: true, breakable, loadProgram, directory };
        return rehearse(plan, scene, listener, AbortSignal.any([stopping, lost]));
      });
    } finally {
      await shop.close();
    }
  };
  const atTarget = (origin: string, databaseUrl: string): Promise<Rehearsal> =>
    withDatabase(databaseUrl, (db) =>
      rehearse(plan, { origin, db, isNewShop: false, breakable: null, loadProgram, directory }, listener, stopping),
    );

  try {
    const result =
      target === undefined || targetDatabaseUrl === undefined
        ? await inOwnShop()
        : await atTarget(new URL(target).origin, targetDatabaseUrl);
    progress.end();
    if (result.kind === 'not-this-shop')
      throw new Refusal(`${target} does not show what is in the database that was given: that one is another shop's.`);
    const reportPath = join(directory, 'report.html');
    writeFileSync(reportPath, reportHtml(result));
    const figures = () => JSON.stringify({ ...reportJson(result), report: reportPath });
    console.log(options.json ? figures() : reportText(result, reportPath));
    return result.reasons.length === 0;
  } catch (error) {
    if (stopping.aborted || (error as Error).name === 'AbortError')
      throw new Refusal('The rehearsal was stopped; there is no verdict.');
    throw error;
  } finally {
    progress.end();
    await lock.release();
  }
}

async function withDatabase<T>(url: string, work: (db: ReturnType<typeof openDatabase>) => Promise<T>): Promise<T> {
  const db = openDatabase({
    url,
    applicationName: 'souk rehearse',
    maxConnections: CONNECTIONS,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** A surge on somebody else's shop is an attack, and one on a shop with real orders mixes them with invented ones. */
async function requireTarget(
  config: Config,
  target: string,
  ownedHost: string | undefined,
  isForced: boolean,
  plan: Plan,
): Promise<string> {
  if (!/^https?:\/\//.test(target) || !URL.canParse(target))
    throw new Refusal('--target takes the address of a shop, like http://127.0.0.1:3000.');
  const { hostname } = new URL(target);
  if (!LOOPBACK_HOST.test(hostname) && ownedHost !== hostname)
    throw new Refusal(`${hostname} is not this machine. If it is yours, say so with --i-own ${hostname}.`);
  const [first] = strikingFaults(plan);
  if (first !== undefined)
    throw new Refusal(
      `The fault "${first}" needs a shop that the rehearsal started itself. With --target only --faults payments or none is possible.`,
    );
  const databaseUrl = config.databaseUrl ?? findOwnPostgresUrl(config);
  if (databaseUrl === undefined)
    throw new Refusal(
      'The rehearsal needs the database of that shop, for its buyers and for the audit: set DATABASE_URL, or SOUK_DATA to the directory of the running shop.',
    );
  await requireCurrentSchema(databaseUrl);
  await requireAnswer(target);
  await withDatabase(databaseUrl, async (db) => {
    if (!isForced && (await holdsRealOrders(db, REHEARSAL_SLUG)))
      throw new Refusal(
        'That database holds real orders. A rehearsal adds invented buyers and orders that stay; --force does it all the same.',
      );
  });
  return databaseUrl;
}

async function requireAnswer(target: string): Promise<void> {
  try {
    await (await fetch(new URL(target).origin, { signal: AbortSignal.timeout(TARGET_TIMEOUT_MS) })).arrayBuffer();
  } catch {
    throw new Refusal(`Nothing answers at ${target}. Is the shop running, and is the port right?`);
  }
}
