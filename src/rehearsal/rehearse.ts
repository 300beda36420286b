// A rehearsal from its first arrival to its verdict.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../lib/db.ts';
import { pauseDrop } from '../modules/inventory/index.ts';
import { type AuditReport, auditBooks } from '../modules/orders/index.ts';
import { type Books, type Finding, openHistoryCheck } from './check-history.ts';
import { findUnanswered } from './find-unanswered.ts';
import { readHistory } from './history.ts';
import type { LoadMessage, LoadOrder, LoadRequest } from './load-process.ts';
import type { Plan } from './plan.ts';
import { type Crowd, openRecorder, type Recorder, type Timeline } from './recorder.ts';
import { faultsOf, scheduleHash } from './schedule.ts';
import { announce, LIMIT_EACH, type Stage, setUp, waitUntilShown } from './set-up.ts';
import { type Settled, settleDown } from './settle-down.ts';
import { readBooks, readDrop } from './store.ts';
import { type Breakable, strike } from './strike.ts';

/** The shop that is rehearsed, running. */
export type Scene = {
  origin: string;
  /** Not through anything that is cut. */
  db: Database;
  isNewShop: boolean;
  /** Null: not ours to break. */
  breakable: Breakable | null;
  /** The program that runs a load process: see load-process.ts. */
  loadProgram: { file: string; args: string[] };
  /** Where the history goes. */
  directory: string;
};
/** not-this-shop: what is in the database does not show at the address. */
export type Rehearsal = Result | { kind: 'not-this-shop' };
export type Result = {
  kind: 'finished';
  plan: Plan;
  scheduleHash: string;
  timeline: Timeline;
  crowd: Crowd;
  requests: number;
  books: Books;
  settled: Settled;
  audit: AuditReport;
  findings: Finding[];
  historyPaths: string[];
  tookMs: number;
  /** Empty: PASS. */
  reasons: string[];
};
export type Listener = { say(line: string): void; progress(done: number, total: number, line: string): void };

const TWO_PROCESSES_FROM_BUYERS = 10_000;
const LOOK_EVERY_MS = 1_000;
// After the last arrival those who wait are given so many holds' time to get a unit.
const HOLDS_WAITED_FOR = 9;
const LEAST_WAIT_MS = 5_000;

export async function rehearse(
  plan: Plan,
  scene: Scene,
  listener: Listener,
  stopping: AbortSignal,
): Promise<Rehearsal> {
  const beganAt = performance.now();
  const { db } = scene;
  const hash = scheduleHash(plan);
  listener.say(`Schedule ${hash} of seed ${plan.seed}; making ${plan.buyers.toLocaleString('en-US')} buyers.`);
  const stage = await setUp(db, plan, scene.isNewShop);
  if (!(await waitUntilShown(scene.origin, stage.productId))) return { kind: 'not-this-shop' };
  const parts = plan.buyers >= TWO_PROCESSES_FROM_BUYERS ? 2 : 1;
  const recorder = openRecorder();
  const [visitor, ...processes] = await Promise.all([
    startLoadProcess(scene, { isAlone: true }),
    ...Array.from({ length: parts }, () => startLoadProcess(scene, { isAlone: false })),
  ]);
  let run: { startsAtMs: number; historyPaths: string[]; dones: Done[] };
  try {
    run = await drive(plan, scene, stage, { visitor, processes }, recorder, listener, stopping);
  } finally {
    for (const child of [visitor, ...processes]) if (child.connected) child.disconnect();
  }
  stopping.throwIfAborted();
  const { startsAtMs, historyPaths, dones } = run;

  listener.say('The crowd is gone. Waiting until open payments are settled and holds have run out.');
  await pauseDrop(db, stage.productId, true);
  const settled = await settleDown(db, stage.productId, stopping);
  listener.say(`Settled after ${seconds(settled.tookMs)}. Holding ${requestsOf(dones)} requests against the books.`);
  const books = await readBooks(db, { ...stage, stock: plan.stock, limitEach: LIMIT_EACH, startsAtMs });
  const check = openHistoryCheck();
  const told = new Set<string>();
  for (const path of historyPaths)
    for await (const event of readHistory(path)) {
      check.see(event);
      if (event.value?.orderId !== undefined) told.add(event.value.orderId);
    }
  const unanswered = books.orders.filter((order) => !told.has(order.orderId));
  for (const event of await findUnanswered(scene.origin, stage.tokenKey, unanswered, Date.now() - startsAtMs))
    check.see(event);
  const findings = check.conclude(books);
  listener.say('Adding up the books.');
  const auditBeganAt = performance.now();
  const audit = await auditBooks(db);
  listener.say(`That took ${seconds(performance.now() - auditBeganAt)}.`);
  const partial = {
    settled,
    audit,
    findings,
    isHistoryWhole: dones.every((done) => done.isHistoryWhole),
    isComplete: dones.length === parts,
  };
  return {
    kind: 'finished',
    plan,
    scheduleHash: hash,
    timeline: recorder.timeline,
    crowd: recorder.crowd(),
    requests: requestsOf(dones),
    books,
    settled,
    audit,
    findings,
    historyPaths,
    tookMs: performance.now() - beganAt,
    reasons: reasonsOf(partial),
  };
}

type Done = Extract<LoadMessage, { kind: 'done' }>;

function requestsOf(dones: readonly Done[]): number {
  return dones.reduce((sum, done) => sum + done.requests, 0);
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

/**
 * `isAlone`: in a session of its own. Linux shares a processor out by sessions: the visitor has one as each of the shop's processes has, and
 * the crowd's two share the rehearsal's, for whatever they take on this machine the shop has not.
 */
async function startLoadProcess(scene: Scene, { isAlone }: { isAlone: boolean }): Promise<ChildProcess> {
  const child = fork(scene.loadProgram.file, scene.loadProgram.args, {
    execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=3000'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: isAlone,
  });
  const died = once(child, 'exit').then(() => {
    throw new Error('a load process died before it began');
  });
  died.catch(() => {});
  await Promise.race([once(child, 'message'), died]);
  return child;
}

async function drive(
  plan: Plan,
  scene: Scene,
  stage: Stage,
  { visitor, processes }: { visitor: ChildProcess; processes: ChildProcess[] },
  recorder: Recorder,
  listener: Listener,
  stopping: AbortSignal,
): Promise<{ startsAtMs: number; historyPaths: string[]; dones: Done[] }> {
  const startsAtMs = await announce(scene.db, plan, stage);
  // Whoever stopped it during the preparations is not heard below any more.
  stopping.throwIfAborted();
  const dones: Done[] = [];
  const historyPaths = processes.map((_, part) => join(scene.directory, `history-${part + 1}.jsonl.gz`));
  const finished = processes.map((child, part) => {
    child.on('message', (message: LoadMessage) => {
      if (message.kind === 'figures') recorder.hear(part, message);
      if (message.kind === 'done') dones.push(message);
    });
    const order: LoadOrder = {
      plan,
      part,
      parts: processes.length,
      origin: scene.origin,
      productId: String(stage.productId),
      terms: stage.terms,
      productIds: stage.productIds,
      userIds: stage.userIds,
      tokenKey: stage.tokenKey.toString('base64'),
      historyPath: historyPaths[part] ?? '',
      startsAtMs,
    };
    child.send({ kind: 'start', order } satisfies LoadRequest);
    return once(child, 'exit');
  });
  const end = (): void => {
    for (const child of processes) if (child.connected) child.send({ kind: 'end' } satisfies LoadRequest);
  };
  stopping.addEventListener('abort', end, { once: true });

  const over = new AbortController();
  const watching = watch(plan, scene, stage, recorder, listener, startsAtMs, over.signal);
  const breaking = scene.breakable
    ? breakThings(plan, scene.breakable, recorder, startsAtMs, over.signal)
    : Promise.resolve();
  const lastMs = plan.arrivalSeconds * 1_000 + Math.max(LEAST_WAIT_MS, HOLDS_WAITED_FOR * plan.holdSeconds * 1_000);
  const timer = setTimeout(end, startsAtMs + lastMs - Date.now());
  const visited = sendVisitor(visitor, scene, stage, processes.length, startsAtMs, recorder);
  await Promise.all(finished);
  if (visitor.connected) visitor.send({ kind: 'end' } satisfies LoadRequest);
  await visited;
  clearTimeout(timer);
  over.abort();
  await Promise.all([watching, breaking]);
  return { startsAtMs, historyPaths, dones };
}

/** Ends when the visitor is gone; one that died is of no account to the verdict. */
async function sendVisitor(
  visitor: ChildProcess,
  scene: Scene,
  stage: Stage,
  part: number,
  startsAtMs: number,
  recorder: Recorder,
): Promise<void> {
  if (!visitor.connected) return;
  visitor.on('message', (message: LoadMessage) => {
    if (message.kind === 'visits') recorder.hearVisitor(message.seconds);
  });
  const { terms, productIds } = stage;
  const order = { origin: scene.origin, part, terms, productIds, startsAtMs };
  const gone = once(visitor, 'exit');
  visitor.send({ kind: 'visit', order } satisfies LoadRequest);
  await gone;
}

/** Once a second: how the drop stands, and a line for whoever looks on. */
async function watch(
  plan: Plan,
  scene: Scene,
  stage: Stage,
  recorder: Recorder,
  listener: Listener,
  startsAtMs: number,
  over: AbortSignal,
): Promise<void> {
  for (let second = 0; !over.aborted; second++) {
    await sleep(Math.max(0, startsAtMs + second * LOOK_EVERY_MS - Date.now()), undefined, { signal: over }).catch(
      () => {},
    );
    const drop = await readDrop(scene.db, stage.productId).catch(() => null);
    const now = Math.max(0, Math.floor((Date.now() - startsAtMs) / 1_000));
    second = Math.max(second, now);
    recorder.seeDrop(now, drop);
    const { came, gone } = recorder.crowd();
    const isAway = Object.values(gone).reduce((sum, count) => sum + count, 0);
    listener.progress(came + isAway, 2 * plan.buyers, recorder.line(now, plan.buyers));
  }
}

async function breakThings(
  plan: Plan,
  breakable: Breakable,
  recorder: Recorder,
  startsAtMs: number,
  over: AbortSignal,
): Promise<void> {
  for (const scheduled of faultsOf(plan)) {
    await sleep(Math.max(0, startsAtMs + scheduled.atMs - Date.now()), undefined, { signal: over }).catch(() => {});
    if (over.aborted) return;
    const struck = await strike(breakable, scheduled, Date.now() - startsAtMs);
    recorder.timeline.struck.push(struck);
  }
}

function reasonsOf(outcome: {
  settled: Settled;
  audit: AuditReport;
  findings: Finding[];
  isHistoryWhole: boolean;
  isComplete: boolean;
}): string[] {
  const reasons: string[] = [];
  if (!outcome.isComplete) reasons.push('A load process died before its end.');
  if (!outcome.isHistoryWhole) reasons.push('The history did not fit its bound, so it proves nothing.');
  reasons.push(...outcome.settled.reasons);
  for (const { promise, offending } of outcome.audit.checks)
    if (offending.length > 0)
      reasons.push(`Audit: not true that ${promise} (${offending.length}; ${JSON.stringify(offending[0])}).`);
  for (const { promise, count, examples } of outcome.findings)
    if (count > 0) reasons.push(`History: not true that ${promise} (${count}; ${examples[0]}).`);
  return reasons;
}
