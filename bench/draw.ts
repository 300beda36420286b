// The draw of a large lottery: how long until it is made, and how long anybody else waits for the product meanwhile.
//   node bench/draw.ts [tickets] [units]
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeProduct, makeSeller } from '../src/checks/fixtures.ts';
import { openDatabase, sql } from '../src/lib/db.ts';
import { startEmbeddedPostgres } from '../src/lib/embedded-postgres.ts';
import { migrate } from '../src/lib/migrate.ts';
import { moveLines, openReservations, setDrop } from '../src/modules/inventory/index.ts';

const TICKETS = Number(process.argv[2] ?? 100_000);
const UNITS = Number(process.argv[3] ?? 1_000);
const JOINING_AT_ONCE = 1_000;
const openNow = sql(
  'bench_open_now',
  "update inventory set opens_at = now() - interval '1 second' where product_id = $1",
);
const waitingPlaces = sql(
  'bench_waiting_places',
  `select count(place) as placed, count(*) filter (where state = 'granted') as granted, min(granted_at) as first from ticket where product_id = $1`,
);

const directory = await mkdtemp(join(tmpdir(), 'souk-bench-draw-'));
const postgres = await startEmbeddedPostgres({ dataDirectory: join(directory, 'postgres') });
try {
  await migrate(postgres.url, join(import.meta.dirname, '../migrations'));
  const db = openDatabase({
    url: postgres.url,
    applicationName: 'bench',
    maxConnections: 8,
    statementTimeoutMs: 60_000,
  });
  const sellerId = await makeSeller(db);
  const productId = await makeProduct(db, { stock: UNITS, sellerId });
  const terms = {
    opensAt: new Date(Date.now() + 3_600_000),
    mode: 'lottery',
    perCustomerLimit: 1,
    holdSeconds: 600,
  } as const;
  await setDrop(db, productId, sellerId, terms);
  const reservations = openReservations(db);
  for (let user = 1; user <= TICKETS; user += JOINING_AT_ONCE)
    await Promise.all(Array.from({ length: JOINING_AT_ONCE }, (_, n) => reservations.reserve(productId, user + n)));

  await db.query(openNow, [productId]);
  const beganAt = performance.now();
  const openedAtMs = Date.now();
  const after = (): number => Math.round(performance.now() - beganAt);
  let isMoving = true;
  const moving = (async () => {
    while ((await moveLines(db, null)) > 0);
    isMoving = false;
  })();
  // One at a time, as many as there is time for: the longest wait is how long the product's row was held.
  const waits: number[] = [];
  for (let user = TICKETS + 1; isMoving; user++) {
    const askedAt = performance.now();
    await reservations.reserve(productId, user);
    waits.push(performance.now() - askedAt);
  }
  await moving;
  const [row] = await db.query<{ placed: number; granted: number; first: Date }>(waitingPlaces, [productId]);
  console.log({
    tickets: TICKETS,
    units: UNITS,
    drawnAndGrantedAfterMs: after(),
    firstGrantAfterMs: Number(row?.first) - openedAtMs,
    joinsMeanwhile: waits.length,
    longestWaitOfAJoinMs: Math.round(Math.max(...waits)),
    placed: row?.placed,
    granted: row?.granted,
    load: loadavg()[0]?.toFixed(1),
  });
  await db.close();
} finally {
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}
