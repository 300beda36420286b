// SQL of the counts of searches and clicks.
import { type Queryable, sql } from '../../lib/db.ts';
import type { PastQuery } from './engine/past-queries.ts';

// In one order: two nodes that share two terms would otherwise deadlock.
const addQueries = sql(
  'search_add_queries',
  `insert into search_query_count (day, term, found, times, times_near)
   select current_date, term, outcome = 'found', sum(times), coalesce(sum(times) filter (where outcome = 'near'), 0)
   from unnest($1::text[], $2::text[], $3::bigint[]) as asked (term, outcome, times)
   group by term, outcome = 'found' order by term, outcome = 'found'
   on conflict (day, term, found) do update set times = search_query_count.times + excluded.times,
     times_near = search_query_count.times_near + excluded.times_near`,
);
const addClicks = sql(
  'search_add_clicks',
  `insert into search_click_count (day, term, product_id, times)
   select current_date, term, product_id, times from unnest($1::text[], $2::bigint[], $3::bigint[]) as opened (term, product_id, times)
   order by term, product_id
   on conflict (day, term, product_id) do update set times = search_click_count.times + excluded.times`,
);
const frequentQueries = sql(
  'search_frequent_queries',
  `select term, sum(times)::bigint as times from search_query_count
   where found and day > current_date - $1::int
   group by term having sum(times) >= $2 order by times desc, term limit $3`,
);
const queryReport = sql(
  'search_query_report',
  `with asked as (
     select term, sum(times)::bigint as times, sum(times_near)::bigint as "timesNear",
            coalesce(sum(times - times_near) filter (where not found), 0)::bigint as "timesEmpty"
     from search_query_count where day > current_date - $1::int group by term
   ), top as (
     select term, times, "timesNear", "timesEmpty" from asked
     where case $2 when 'empty' then "timesEmpty" = times
                   when 'near' then "timesNear" > 0 and "timesNear" + "timesEmpty" = times
                   else true end
     order by times desc, term limit $3
   )
   select top.term, top.times, top."timesNear", top."timesEmpty", coalesce(sum(click.times), 0)::bigint as clicks,
          (array_agg(click.product_id order by click.times desc) filter (where click.product_id is not null))[1] as "favouriteId"
   from top left join search_click_count click on click.term = top.term and click.day > current_date - $1::int
   group by top.term, top.times, top."timesNear", top."timesEmpty" order by top.times desc, top.term`,
);
const forgetQueries = sql(
  'search_forget_queries',
  'delete from search_query_count where day <= current_date - $1::int',
);
const forgetClicks = sql('search_forget_clicks', 'delete from search_click_count where day <= current_date - $1::int');

const KEPT_DAYS = 90;
/** What fewer people searched could be somebody's own. */
const MIN_TIMES_SUGGESTED = 3;
const MAX_SUGGESTED = 20_000;
const REPORT_ROWS = 50;

/** near: no product has all the words, and those that have most of them were shown. */
export type SearchOutcome = 'found' | 'near' | 'empty';
export type QueryReportRow = {
  term: string;
  times: number;
  timesNear: number;
  timesEmpty: number;
  clicks: number;
  /** The product that was opened most. */
  favouriteId: number | null;
};
/** Beside the top: terms that never found anything, and terms that found near ones at best. */
export type QueryReport = { top: QueryReportRow[]; withoutResults: QueryReportRow[]; nearOnly: QueryReportRow[] };

export async function addQueryCounts(
  db: Queryable,
  counts: { term: string; outcome: SearchOutcome; times: number }[],
): Promise<void> {
  await db.query(addQueries, [
    counts.map(({ term }) => term),
    counts.map(({ outcome }) => outcome),
    counts.map(({ times }) => times),
  ]);
}

export async function addClickCounts(
  db: Queryable,
  counts: { term: string; productId: number; times: number }[],
): Promise<void> {
  await db.query(addClicks, [
    counts.map(({ term }) => term),
    counts.map(({ productId }) => productId),
    counts.map(({ times }) => times),
  ]);
}

export function loadFrequentQueries(db: Queryable): Promise<PastQuery[]> {
  return db.query<PastQuery>(frequentQueries, [KEPT_DAYS, MIN_TIMES_SUGGESTED, MAX_SUGGESTED]);
}

export async function readQueryReport(db: Queryable, days: number): Promise<QueryReport> {
  const [top = [], withoutResults = [], nearOnly = []] = await Promise.all(
    ['all', 'empty', 'near'].map((which) => db.query<QueryReportRow>(queryReport, [days, which, REPORT_ROWS])),
  );
  return { top, withoutResults, nearOnly };
}

export async function forgetOldCounts(db: Queryable): Promise<void> {
  await db.query(forgetQueries, [KEPT_DAYS]);
  await db.query(forgetClicks, [KEPT_DAYS]);
}
