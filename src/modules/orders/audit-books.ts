// Proves afterwards that no unit was sold twice, no order lost and nobody charged for nothing, or shows the rows that say otherwise.
import type { Database } from '../../lib/db.ts';
import { AUDIT_CHECKS, type AuditFigures, findOffendingRows, loadFigures, takeSnapshot } from './store-audit.ts';

export type AuditReport = {
  kind: 'clean' | 'broken';
  at: string;
  figures: AuditFigures;
  checks: { name: string; promise: string; offending: Record<string, unknown>[] }[];
};

export function auditBooks(db: Database): Promise<AuditReport> {
  return db.transaction(async (tx) => {
    await takeSnapshot(tx);
    const figures = await loadFigures(tx);
    const checks: AuditReport['checks'] = [];
    for (const check of AUDIT_CHECKS) {
      checks.push({ name: check.name, promise: check.promise, offending: await findOffendingRows(tx, check) });
    }
    const isClean = checks.every((check) => check.offending.length === 0);
    return { kind: isClean ? 'clean' : 'broken', at: new Date().toISOString(), figures, checks };
  });
}
