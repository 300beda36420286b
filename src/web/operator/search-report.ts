// What shoppers search, what they find nothing for, and what they open: to learn which synonyms and products are wanting.
import { type Static, Type } from 'typebox';
import { html } from '../../lib/html.ts';
import type { QueryReport, QueryReportRow } from '../../modules/search/index.ts';
import { requireCaller } from '../kit/caller.ts';
import { countText } from '../kit/components/count.ts';
import { pageHead, panel } from '../kit/components/section.ts';
import { type Column, table } from '../kit/components/table.ts';
import { layout } from '../kit/layout.ts';
import { respond } from '../kit/negotiate.ts';
import { Nullable, problemResponses } from '../kit/schemas.ts';
import type { App, Shop } from '../kit/shop.ts';

const DEFAULT_DAYS = 7;
const MAX_DAYS = 90;

const COLUMNS: Column[] = [
  { title: 'Term' },
  { title: 'Searches', kind: 'number' },
  { title: 'Near ones instead', kind: 'number' },
  { title: 'Found nothing', kind: 'number' },
  { title: 'Opened', kind: 'number' },
  { title: 'Opened most', kind: 'number' },
];

const RowSchema = Type.Object({
  term: Type.String(),
  times: Type.Integer(),
  timesNear: Type.Integer({ description: 'How often no product had all the words, and near ones were shown instead.' }),
  timesEmpty: Type.Integer({ description: 'How often nothing was found.' }),
  clicks: Type.Integer(),
  favouriteId: Nullable(Type.String({ description: 'The product that was opened most from its results.' })),
});
const ReportSchema = Type.Object({
  days: Type.Integer(),
  top: Type.Array(RowSchema),
  withoutResults: Type.Array(RowSchema, { description: 'Never found anything.' }),
  nearOnly: Type.Array(RowSchema, { description: 'Found near ones at best.' }),
});

const schema = {
  tags: ['operator'],
  summary: 'Top queries, those without results, and their clicks',
  querystring: Type.Object({ days: Type.Integer({ minimum: 1, maximum: MAX_DAYS, default: DEFAULT_DAYS }) }),
  response: { 200: ReportSchema, ...problemResponses(401, 403, 422) },
};

export function searchReportRoutes(app: App, shop: Shop): void {
  app.get('/operator/search', { schema }, async (request, reply) => {
    const caller = requireCaller(request, 'operator');
    const { days } = request.query;
    const report = await shop.queryLog.report(days);
    reply.header('cache-control', 'no-store');
    return respond(request, reply, {
      json: () => ({
        days,
        top: report.top.map(rowJson),
        withoutResults: report.withoutResults.map(rowJson),
        nearOnly: report.nearOnly.map(rowJson),
      }),
      page: () => layout({ title: 'Searches', caller, robots: 'noindex', main: reportPage(report, days) }),
    });
  });
}

function rowJson(row: QueryReportRow): Static<typeof RowSchema> {
  return { ...row, favouriteId: row.favouriteId === null ? null : String(row.favouriteId) };
}

function reportPage({ top, withoutResults, nearOnly }: QueryReport, days: number) {
  return html`${pageHead('Searches')}
<p class="muted">Of the last ${days} days, today included: how often each term was searched, without who searched it. <a href="/operator/search?days=1">Today</a> · <a href="/operator/search?days=30">30 days</a></p>
${panel('Searched most', rows('Searched most', top, 'No searches yet.'))}
${panel('Nothing found', rows('Nothing found', withoutResults, 'Every search found something.'))}
${panel('Near ones instead', rows('Near ones instead', nearOnly, 'No search had to do with products that lack a word of it.'))}
<p>Words that mean the same belong into <code>synonyms.txt</code> in the data directory. To see why a search finds what it finds, add <code>&amp;explain=true</code> to its address, or run <code>souk search "…" --explain</code>.</p>`;
}

function rows(caption: string, list: readonly QueryReportRow[], ifNone: string) {
  if (list.length === 0) return html`<p>${ifNone}</p>`;
  return table(
    caption,
    COLUMNS,
    list.map(({ term, times, timesNear, timesEmpty, clicks, favouriteId }) => [
      html`<a href="/search?term=${encodeURIComponent(term)}">${term}</a>`,
      countText(times),
      countText(timesNear),
      countText(timesEmpty),
      countText(clicks),
      favouriteId === null ? '–' : html`<a href="/product/${favouriteId}">${favouriteId}</a>`,
    ]),
  );
}
