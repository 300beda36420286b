// The books, for operators: the same questions as `souk audit`.
import { Type } from 'typebox';
import { html } from '../../lib/html.ts';
import { type AuditReport, auditBooks } from '../../modules/orders/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { countText } from '../kit/components/count.ts';
import { keyValues } from '../kit/components/key-values.ts';
import { notice } from '../kit/components/notice.ts';
import { pageHead, panel } from '../kit/components/section.ts';
import { layout } from '../kit/layout.ts';
import { respond } from '../kit/negotiate.ts';
import { problemResponses, Time } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

const AuditJson = Type.Object({
  kind: Type.Enum(['clean', 'broken']),
  at: Time,
  figures: Type.Record(Type.String(), Type.Integer()),
  checks: Type.Array(
    Type.Object({
      name: Type.String(),
      promise: Type.String(),
      offending: Type.Array(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
});

export function auditRoutes(app: App, shop: Shop): void {
  app.get(
    '/operator/audit',
    {
      schema: {
        tags: ['operator'],
        summary: 'Whether the books are exact, and every row that says otherwise',
        response: { 200: AuditJson, ...problemResponses(401, 403) },
      },
    },
    async (request, reply) => {
      const caller = requireCaller(request, 'operator');
      const report = await auditBooks(shop.db);
      reply.header('cache-control', 'no-store');
      return respond(request, reply, { json: () => report, page: () => auditPage(report, caller) });
    },
  );
}

function auditPage(report: AuditReport, caller: { name: string; roles: readonly string[] }) {
  const verdict =
    report.kind === 'clean'
      ? notice('good', 'The books are exact.')
      : notice('bad', 'The books are not exact. The rows below say where.');
  return layout({
    title: 'Books',
    caller,
    robots: 'noindex',
    main: html`${pageHead('Books')}${verdict}
${panel('Figures', keyValues(Object.entries(report.figures).map(([name, value]) => [figureName(name), countText(value)] as const)))}
${panel(
  'Promises',
  html`<ul class="checks">${report.checks.map(
    (check) =>
      html`<li>${check.offending.length === 0 ? '✓ kept: ' : `✗ ${check.offending.length === 1 ? '1 row breaks' : `${countText(check.offending.length)} rows break`} it: `}${check.promise}${check.offending.map((row) => html`<pre>${JSON.stringify(row)}</pre>`)}</li>`,
  )}</ul>`,
)}`,
  });
}

/** open_payments -> Open payments */
function figureName(column: string): string {
  const words = column.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
