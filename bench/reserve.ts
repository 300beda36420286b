// Accepted, durable reservations a second of one SKU through inventory's own door, against what shops do otherwise.
//   node bench/reserve.ts [buyers]
// Everything runs on one PostgreSQL with fsync on, the same table layout, one Node process beside it.
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProduct } from '../src/checks/fixtures.ts';
import { type Database, openDatabase, sql } from '../src/lib/db.ts';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { newKeyedId } from '../src/lib/ids.ts';
import { migrate } from '../src/lib/migrate.ts';
import { openReservations } from '../src/modules/inventory/index.ts';
import { closedLoop, type LoopFigures, printTable } from './load.ts';
import { holdNaively, openNaivePool } from './naive.ts';

const BUYERS = Number(process.argv[2] ?? 200_000);
const BASELINE_BUYERS = 8_000; // the slow designs need no more to show their rate
const IN_FLIGHT = 2_000;
const ROUNDS = 3;

type Design = {
  name: string;
  buyers: number;
  open(
    db: Database,
    url: string,
  ): Promise<{ reserve(productId: number, userId: number): Promise<boolean>; close(): Promise<void> }>;
};

const designs: Design[] = [
  {
    name: 'naive: select for update, update, insert',
    buyers: BASELINE_BUYERS,
    open: async (_db, url) => {
      const pool = openNaivePool(url);
      return {
        close: () => pool.end(),
        reserve: (productId, userId) => holdNaively(pool, productId, userId),
      };
    },
  },
  {
    name: 'one row a unit, skip locked',
    buyers: BASELINE_BUYERS,
    open: async (db, url) => {
      await db.script(
        'create table unit (product_id bigint, unit_no int, user_id bigint, reservation_id text, expires_at timestamptz, primary key (product_id, unit_no))',
      );
      await db.script(
        `insert into unit (product_id, unit_no) select product_id, g from inventory, generate_series(1, ${BASELINE_BUYERS}) g; analyze unit`,
      );
      const pool = openNaivePool(url);
      const text = `with pick as (select unit_no from unit where product_id = $1 and user_id is null order by unit_no limit 1 for update skip locked)
        update unit set user_id = $2, reservation_id = $3, expires_at = now() + interval '10 minutes' from pick
        where unit.product_id = $1 and unit.unit_no = pick.unit_no returning unit.unit_no`;
      return {
        close: () => pool.end(),
        reserve: async (productId, userId) => {
          const { rowCount } = await pool.query({
            name: 'u',
            text,
            values: [productId, userId, newKeyedId(productId)],
          });
          return rowCount === 1;
        },
      };
    },
  },
  ...[200, IN_FLIGHT].map((inFlight) => ({
    name: `Souk: one statement for all who came, ${inFlight} in flight`,
    buyers: BUYERS,
    open: async (db: Database) => {
      const reservations = openReservations(db);
      return {
        close: () => reservations.drain(),
        reserve: async (productId: number, userId: number) =>
          (await reservations.reserve(productId, userId)).kind === 'held',
      };
    },
  })),
];

async function measure(serverUrl: string, design: Design, inFlight: number): Promise<LoopFigures> {
  const server = openDatabase({ url: serverUrl, applicationName: 'bench', maxConnections: 1, statementTimeoutMs: 0 });
  await server.script('drop database if exists bench_reserve with (force)');
  await server.script('create database bench_reserve');
  const url = new URL(serverUrl);
  url.pathname = '/bench_reserve';
  await migrate(url.href, join(import.meta.dirname, '../migrations'));
  const db = openDatabase({ url: url.href, applicationName: 'bench', maxConnections: 20, statementTimeoutMs: 60_000 });
  const productId = await makeProduct(db, { stock: design.buyers });
  const shop = await design.open(db, url.href);
  await server.script('checkpoint');
  let granted = 0;
  const figures = await closedLoop(design.buyers, inFlight, async (n) => {
    if (await shop.reserve(productId, n + 1)) granted++;
  });
  await shop.close();
  const [books] = await db.query<{ gone: number; rows: number }>(
    sql('bench_books', 'select total - available as gone, (select count(*) from reservation) as rows from inventory'),
  );
  const isExact =
    granted === design.buyers &&
    (design.name.startsWith('one row') || (books?.gone === granted && books?.rows === granted));
  if (!isExact) throw new Error(`${design.name}: granted ${granted}, books ${JSON.stringify(books)}`);
  await db.close();
  await server.close();
  return figures;
}

const dataDirectory = join(tmpdir(), `souk-bench-${process.pid}`);
const postgres = await startEmbeddedPostgres({ dataDirectory });
try {
  const best = new Map<string, LoopFigures>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const design of designs) {
      const figures = await measure(postgres.url, design, design.name.includes('200 in') ? 200 : IN_FLIGHT);
      const before = best.get(design.name);
      if (!before || figures.perSecond > before.perSecond) best.set(design.name, figures);
    }
  }
  const naive = best.get(designs[0]?.name ?? '');
  const unitRows = best.get(designs[1]?.name ?? '');
  console.log(`${BUYERS.toLocaleString('en-US')} buyers, one SKU, fsync on, best of ${ROUNDS} rounds`);
  printTable(
    [...best].map(([name, figures]) => ({
      design: name,
      'accepted/s': figures.perSecond,
      'p50 ms': figures.p50Ms,
      'p99 ms': figures.p99Ms,
      'x naive': figures.perSecond / (naive?.perSecond ?? 1),
      'x unit rows': figures.perSecond / (unitRows?.perSecond ?? 1),
    })),
  );
} finally {
  await postgres.stop();
  await rm(dataDirectory, { recursive: true, force: true });
}
