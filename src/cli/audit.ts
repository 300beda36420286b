// souk audit: the books, added up; the rows that do not fit, where there are any. And the statement of one drop, made or checked.
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import type { Config } from '../config.ts';
import { type Database, errorCode, openDatabase } from '../lib/db.ts';
import {
  type AuditReport,
  auditBooks,
  makeDropStatement,
  type Verification,
  verifyStatement,
} from '../modules/orders/index.ts';
import { Refusal } from './refusal.ts';
import { withReadableShop } from './shop-database.ts';

const CONNECTIONS = 1;
const STATEMENT_TIMEOUT_MS = 0; // a big shop's books take minutes
const ROWS_SHOWN = 10;
// About 200 bytes each in the file, which is read as one text, and no text of Node's is longer than 512 MiB.
const MAX_STATEMENT_ROWS = 2_000_000;
const MAX_FILE_BYTES = 500 * 1024 ** 2;
// A stranger's file is shown at a terminal: what moves its cursor or turns its text round could make it say "sound".
const MOVES_TERMINAL = /[\p{Cc}\p{Bidi_Control}]/gu;

/** Whether the books are clean. */
export function audit(config: Config, isJson: boolean): Promise<boolean> {
  return withAuditDatabase(config, async (db) => {
    const report = await auditBooks(db);
    console.log(isJson ? JSON.stringify(report) : textOf(report));
    return report.kind === 'clean';
  });
}

/** Makes the statement of a drop and checks it as a stranger would. `file` null: only shows what was found. */
export function auditDrop(config: Config, productId: number, file: string | null, isJson: boolean): Promise<boolean> {
  return withAuditDatabase(config, async (db) => {
    const outcome = await makeDropStatement(db, productId, MAX_STATEMENT_ROWS);
    if (outcome.kind === 'not-a-drop') throw new Refusal(`Product ${productId} was never announced as a drop.`);
    if (outcome.kind === 'too-large')
      throw new Refusal(`That drop has ${outcome.rows} events and units; a statement holds ${MAX_STATEMENT_ROWS}.`);
    const verification = verifyStatement(outcome.file.join(''), null);
    if (file !== null) writePieces(file, outcome.file);
    show(verification, isJson);
    if (file !== null && !isJson)
      console.log(`Written to ${file}. Anybody checks it with: souk audit --verify ${file}`);
    return verification.kind === 'sound';
  });
}

/** Whether a statement from a file is sound. Needs nothing but the file. */
export function auditFile(file: string, expectedKey: string | null, isJson: boolean): boolean {
  const verification = verifyStatement(readBounded(file), expectedKey);
  show(verification, isJson);
  if (!isJson && expectedKey === null && verification.kind === 'sound')
    console.log("Compare the key with the shop's own: /.well-known/souk-statement-key.json, or give it with --key.");
  return verification.kind === 'sound';
}

function withAuditDatabase<T>(config: Config, work: (db: Database) => Promise<T>): Promise<T> {
  return withReadableShop(config, async (url) => {
    const db = openDatabase({
      url,
      applicationName: 'souk audit',
      maxConnections: CONNECTIONS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    return work(db).finally(() => db.close());
  });
}

function writePieces(file: string, pieces: readonly string[]): void {
  const handle = openSync(file, 'w');
  try {
    for (const piece of pieces) writeSync(handle, piece);
  } finally {
    closeSync(handle);
  }
}

function readBounded(file: string): string {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) throw new Refusal(`${file} is larger than any statement.`);
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new Refusal(`There is no file ${file}.`);
    if (errorCode(error) === 'EISDIR') throw new Refusal(`${file} is a directory.`);
    throw error;
  }
}

function show({ kind, publicKey, statement, checks }: Verification, isJson: boolean): void {
  if (isJson) {
    const { productId, title, madeAt, totals } = statement ?? {};
    console.log(JSON.stringify({ kind, publicKey, productId, title, madeAt, totals, checks }));
    return;
  }
  const figures = statement ? Object.entries({ ...statement.totals, 'signed by': publicKey }) : [];
  console.log(
    [
      ...(statement
        ? [plain(`Drop of product ${statement.productId}, ${statement.title}, as of ${statement.madeAt}`), '']
        : []),
      ...figures.map(([name, figure]) => figureLine(name, figure)),
      ...(statement ? [''] : []),
      ...checks.flatMap(({ promise, faults }) => promiseLines(promise, faults)),
      '',
      kind === 'sound' ? 'The statement is sound.' : 'The statement is REFUSED; the lines above say why.',
    ].join('\n'),
  );
}

function textOf({ kind, figures, checks }: AuditReport): string {
  return [
    ...Object.entries(figures).map(([name, figure]) => figureLine(name.replaceAll('_', ' '), figure)),
    '',
    ...checks.flatMap(({ promise, offending }) =>
      promiseLines(
        promise,
        offending.map((row) => JSON.stringify(row)),
      ),
    ),
    '',
    kind === 'clean' ? 'The books are exact.' : 'The books are NOT exact; the rows above say where.',
  ].join('\n');
}

function figureLine(name: string, figure: unknown): string {
  return plain(`  ${name.padEnd(24)} ${typeof figure === 'object' ? JSON.stringify(figure) : figure}`);
}

function promiseLines(promise: string, broken: readonly string[]): string[] {
  return [
    `  ${broken.length === 0 ? 'ok ' : 'BAD'}  ${promise}`,
    ...broken.slice(0, ROWS_SHOWN).map((line) => plain(`         ${line}`)),
  ];
}

function plain(line: string): string {
  return line.replace(MOVES_TERMINAL, '\uFFFD');
}
