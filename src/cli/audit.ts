// souk audit: the books, added up; the rows that do not fit, where there are any.
import type { Config } from '../config.ts';
import { openDatabase } from '../lib/db.ts';
import { type AuditReport, auditBooks } from '../modules/orders/index.ts';
import { requireCurrentSchema, withShopDatabase } from './shop-database.ts';

const CONNECTIONS = 1;
const STATEMENT_TIMEOUT_MS = 0; // a big shop's books take minutes
const ROWS_SHOWN = 10;

/** Whether the books are clean. */
export function audit(config: Config, isJson: boolean): Promise<boolean> {
  return withShopDatabase(config, async (url) => {
    await requireCurrentSchema(url);
    const db = openDatabase({
      url,
      applicationName: 'souk audit',
      maxConnections: CONNECTIONS,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    const report = await auditBooks(db).finally(() => db.close());
    console.log(isJson ? JSON.stringify(report) : textOf(report));
    return report.kind === 'clean';
  });
}

function textOf({ kind, figures, checks }: AuditReport): string {
  return [
    ...Object.entries(figures).map(
      ([name, figure]) => `  ${name.padEnd(24)} ${typeof figure === 'object' ? JSON.stringify(figure) : figure}`,
    ),
    '',
    ...checks.flatMap(({ promise, offending }) => [
      `  ${offending.length === 0 ? 'ok ' : 'BAD'}  ${promise}`,
      ...offending.slice(0, ROWS_SHOWN).map((row) => `         ${JSON.stringify(row)}`),
    ]),
    '',
    kind === 'clean' ? 'The books are exact.' : 'The books are NOT exact; the rows above say where.',
  ].join('\n');
}
