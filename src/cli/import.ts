// souk import: brings a seller's products to what files say, on the running shop or on its database alone.
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Config, picturesDirectory } from '../config.ts';
import { type Database, openDatabase } from '../lib/db.ts';
import { ensureSeller, type ImportReport, importFile, type ReasonReport } from '../modules/catalog/index.ts';
import { setImportedStock } from '../modules/inventory/index.ts';
import { openProgress } from './progress.ts';
import { Refusal } from './refusal.ts';
import { migrateOrRefuse, withShopDatabase } from './shop-database.ts';

export type ImportCommand = {
  files: string[];
  seller: string;
  stock: number;
  pictures: string | undefined;
  json: boolean;
};

const CONNECTIONS = 4;
const STATEMENT_TIMEOUT_MS = 60_000;
const REASONS_SHOWN = 20;
const LINES_SHOWN = 10;

/** Whether every file was read to its end and held something of use. Bad rows are named and left out. */
export async function importFiles(config: Config, command: ImportCommand): Promise<boolean> {
  const { pictures } = command;
  if (pictures !== undefined && !statSync(pictures, { throwIfNoEntry: false })?.isDirectory())
    throw new Refusal(`There is no directory ${pictures}.`);
  return withShopDatabase(config, async (url) => {
    await migrateOrRefuse(url);
    const db = openDatabase({
      url,
      applicationName: 'souk import',
      maxConnections: CONNECTIONS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    try {
      const reports = await importAll(config, command, db);
      if (command.json) console.log(JSON.stringify({ files: reports }));
      return reports.every(({ report }) => isUsed(report));
    } finally {
      await db.close();
    }
  });
}

function isUsed({ fault, rows, leftOut }: ImportReport): boolean {
  return fault === null && (rows === 0 || leftOut.count < rows);
}

async function importAll(
  config: Config,
  command: ImportCommand,
  db: Database,
): Promise<{ file: string; report: ImportReport }[]> {
  const { sellerId } = await ensureSeller(db, command.seller);
  const reports: { file: string; report: ImportReport }[] = [];
  for (const file of command.files) {
    const progress = openProgress(basename(file), command.json);
    const report = await importFile({
      db,
      path: file,
      sellerId,
      defaultStock: command.stock,
      picturesDirectory: picturesDirectory(config),
      ...(command.pictures === undefined ? {} : { picturesFrom: command.pictures }),
      afterBatch: setImportedStock,
      onProgress: ({ bytesRead, bytesTotal, rows }) => progress.update(bytesRead, bytesTotal, `${rows} rows`),
    }).finally(() => progress.end());
    reports.push({ file, report });
    if (!command.json) console.log(textOf(file, report));
  }
  return reports;
}

function textOf(file: string, report: ImportReport): string {
  if (report.fault !== null && report.rows === 0) return `${file}: not read: ${report.fault}`;
  const perSecond = Math.round((report.rows * 1_000) / Math.max(report.durationMs, 1));
  return [
    `${file}: ${report.rows} rows in ${(report.durationMs / 1_000).toFixed(1)} s (${perSecond}/s)`,
    `  ${report.created} new, ${report.changed} changed, ${report.unchanged} unchanged, ${report.pictures} pictures`,
    ...reasons('left out', report.leftOut),
    ...reasons('passed over', report.passedOver),
    ...reasons('pictures refused', report.picturesRefused),
    ...(report.fault === null ? [] : [`  not read to its end: ${report.fault}`]),
  ].join('\n');
}

function reasons(title: string, { count, byReason, first }: ReasonReport): string[] {
  if (count === 0) return [];
  const kinds = Object.entries(byReason)
    .sort(([, a], [, b]) => b - a)
    .slice(0, REASONS_SHOWN)
    .map(([reason, times]) => `    ${times} × ${reason}${inLines(reason, times, first)}`);
  return [`  ${count} ${title}:`, ...kinds];
}

/** Where a reason is met; nothing where so many others came before it that none of its lines was kept. */
function inLines(reason: string, times: number, first: ReasonReport['first']): string {
  const lines = first.flatMap((one) => (one.reason === reason ? [one.line] : [])).slice(0, LINES_SHOWN);
  if (lines.length === 0) return '';
  return `, in line${times === 1 ? '' : 's'} ${lines.join(', ')}${times > lines.length ? ', …' : ''}`;
}
