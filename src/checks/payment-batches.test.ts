// Whole batches of payments against the same payments one after the other: every outcome and every row must come out the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { type Queryable, sql } from '../lib/db.ts';
import { ADDRESS, makeProduct, makeSeller } from './fixtures.ts';
import { openTestDatabase } from './test-database.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');
const STARTED_MS = Date.parse('2026-11-22T12:00:00Z');
const HOLD_SECONDS = 600;
const RUNS = 150;

/** The functions as they were first written, a row at a time, under names of their own. */
function inTurn(): string {
  const read = (file: string) => readFileSync(join(MIGRATIONS, file), 'utf8');
  return `${read('0012-begin-payments.sql')}\n${read('0013-settle-batch.sql')}`.replaceAll(
    /create function (begin_payments|settle_batch)\(/g,
    'create function $1_in_turn(',
  );
}

const SETS = { begin: 'begin_payments', settle: 'settle_batch' };
const IN_TURN = { begin: 'begin_payments_in_turn', settle: 'settle_batch_in_turn' };

const statement = (name: string, text: string) => sql(`t_batches_${name.replaceAll(/\W/g, '_')}`, text);
const reserveSql = statement('reserve', 'select granted_count from reserve_batch($1, $2, $3, $4)');
const joinSql = statement('join', 'select outcome from join_line($1, $2, $3, $4)');
const expireSql = statement('expire', 'select expired from expire_batch($1, $2, 1000)');
const releaseSql = statement('release', 'select outcome from release_hold($1, $2, $3, $4)');
const cancelSql = statement(
  'cancel',
  `select refund_order($1, $2, o.order_id, o.user_id, null, 'cancelled', '{placed}', 'no', 'cancel-' || o.order_id)
   from (select order_id, user_id from orders where product_id = $1 and user_id = $3 order by order_id limit 1) o`,
);
const holdSql = statement(
  'hold',
  'select reservation_id as id from reservation where product_id = $1 and user_id = $2 and slot = 0',
);
const lineSql = statement('line', "update inventory set line_mode = 'line' where product_id = $1");
const pauseSql = statement('pause', 'update inventory set paused = not paused where product_id = $1');
const forgetNewsSql = statement('forget', 'delete from feed_change where key = $1');

const TABLES =
  'inventory reservation reservation_ended payment refund ledger_entry orders order_event receipt outbox ticket'.split(
    ' ',
  );
// Holds that run out together lapse in any order.
const LINE_EVENTS = `(select product_id, sequence, kind, case when kind <> 'lapsed' then ticket_id end as ticket_id, user_id, place, at
                      from line_event)`;
// What differs between the two products because they are two.
const OWN = "- 'product_id' - 'seller_id' - 'seller_name' #- '{payload,productId}' #- '{payload,sellerId}'";
const rowsOf = (name: string, relation: string) =>
  `select '${name}' as name, (to_jsonb(x) ${OWN})::text as row from ${relation} x where x.product_id = $1`;
const rowsSql = statement(
  'rows',
  `${[...TABLES.map((table) => rowsOf(table, table)), rowsOf('line_event', LINE_EVENTS)].join(' union all ')}
   union all select 'news', '' where exists (select 1 from feed_change where key = $1)
   order by name, row`,
);

const rowsReadSql = statement(
  'rows_read',
  `select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::int as rows from pg_stat_xact_user_tables
   where relname in ('reservation', 'payment', 'orders', 'order_event', 'receipt', 'ledger_entry', 'outbox')`,
);
// 15 of them by key, and what the planner finds no worse while a table has a few pages.
const MAX_ROWS_READ_EACH = 60;

type Settling = { payment: number; result: 'succeeded' | 'declined' | 'requires_action' };
type Step =
  | { kind: 'reserve' | 'join' | 'begin'; users: number[] }
  | { kind: 'release' | 'cancel'; user: number }
  | { kind: 'settle'; settlings: Settling[] }
  | { kind: 'line' | 'pause' | 'expire' };

const user = fc.integer({ min: 1, max: 4 });
const users = fc.array(user, { minLength: 1, maxLength: 5 });
const result = fc.oneof(
  { weight: 2, arbitrary: fc.constant('succeeded' as const) },
  fc.constantFrom('declined' as const, 'requires_action' as const),
);
// The latest payments: 0 is one that nobody wrote down.
const settlings = fc.array(fc.record({ payment: fc.integer({ min: 0, max: 6 }), result }), {
  minLength: 1,
  maxLength: 6,
});
const kind = <Kind extends Step['kind']>(...kinds: Kind[]) => fc.constantFrom(...kinds);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kind('reserve', 'begin'), users }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('settle'), settlings }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('join'), users }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('expire', 'line', 'pause') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('release', 'cancel'), user }) },
);

/** Banks that answer when the holds have ended: some of the units are somebody else's by then, and some buyers wait in line again. */
const late: fc.Arbitrary<Step[]> = fc
  .record({ buyers: users, others: users, waiting: users, settlings, isLine: fc.boolean() })
  .map(({ buyers, others, waiting, settlings, isLine }) => [
    { kind: 'reserve', users: buyers },
    { kind: 'begin', users: buyers },
    { kind: 'settle', settlings: [1, 2, 3, 4].map((payment) => ({ payment, result: 'requires_action' })) },
    { kind: 'expire' },
    { kind: 'reserve', users: others },
    ...(isLine ? ([{ kind: 'line' }, { kind: 'pause' }, { kind: 'join', users: waiting }] as const) : []),
    { kind: 'settle', settlings: settlings.map((one) => ({ ...one, result: 'succeeded' })) },
  ]);
const history = fc
  .array(fc.oneof({ weight: 4, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: late }), {
    minLength: 3,
    maxLength: 9,
  })
  .map((parts) => parts.flat());

// Seldom drawn. A buyer whose first hold ran out and whose second one was paid with a second card; and of two late buyers the second waits in line again.
const EXAMPLES: [number, number | null, Step[]][] = [
  [
    1,
    null,
    [
      { kind: 'reserve', users: [1] },
      { kind: 'expire' },
      { kind: 'reserve', users: [1] },
      { kind: 'begin', users: [1] },
      { kind: 'settle', settlings: [{ payment: 1, result: 'declined' }] },
      { kind: 'begin', users: [1] },
      { kind: 'settle', settlings: [{ payment: 1, result: 'succeeded' }] },
      { kind: 'begin', users: [1] },
    ],
  ],
  [
    3,
    1,
    [
      { kind: 'reserve', users: [1, 2] },
      { kind: 'begin', users: [1, 2] },
      { kind: 'settle', settlings: [1, 2].map((payment) => ({ payment, result: 'requires_action' })) },
      { kind: 'expire' },
      { kind: 'line' },
      { kind: 'pause' },
      { kind: 'join', users: [2] },
      { kind: 'settle', settlings: [2, 1].map((payment) => ({ payment, result: 'succeeded' })) },
    ],
  ],
];

type Product = { productId: number; functions: typeof SETS };

/** What it answered. Ids are made of the place in the history, so that both products have the same ones. */
async function take(
  db: Queryable,
  { productId, functions }: Product,
  step: Step,
  n: number,
  at: Date,
  begun: string[],
): Promise<unknown> {
  switch (step.kind) {
    case 'reserve':
    case 'join':
      return void (await db.query(step.kind === 'join' ? joinSql : reserveSql, [
        productId,
        at,
        step.users,
        step.users.map((_, i) => `r-${n}-${i}`),
      ]));
    case 'expire':
      return db.query(expireSql, [productId, at]);
    case 'line':
    case 'pause':
      return db.query(step.kind === 'line' ? lineSql : pauseSql, [productId]);
    case 'cancel':
      return db.query(cancelSql, [productId, at, step.user]);
    case 'release': {
      const [hold] = await db.query<{ id: string }>(holdSql, [productId, step.user]);
      return db.query(releaseSql, [productId, at, step.user, hold?.id ?? '']);
    }
    case 'begin':
      return db.query(statement(functions.begin, `select * from ${functions.begin}($1, $2, $3, $4, $5, $6, 12)`), [
        productId,
        at,
        step.users,
        step.users.map((_, i) => `p-${n}-${i}`),
        step.users.map((_, i) => `tok-${i}`),
        step.users.map((_, i) => JSON.stringify({ ...ADDRESS, line2: String(i) })),
      ]);
    case 'settle': {
      const { settlings } = step;
      const each = (value: (settling: Settling, i: number) => unknown) => settlings.map(value);
      return db.query(
        statement(
          functions.settle,
          `select * from ${functions.settle}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 500, '2026-12-01', '2026-12-03', 15)`,
        ),
        [
          productId,
          at,
          each(({ payment }) => (payment === 0 ? 'p-none' : (begun.at(-payment) ?? 'p-none'))),
          each(({ result }) => result),
          each((_, i) => `ch-${n}-${i}`),
          each((_, i) => (i % 2 ? 'visa' : 'mastercard')),
          each((_, i) => `424${i}`),
          each(() => at),
          each(({ result }) => (result === 'succeeded' ? null : `why-${n}`)),
          each((_, i) => `o-${n}-${i}`),
          each((_, i) => `f-${n}-${i}`),
        ],
      );
    }
  }
}

test('a batch leaves what its payments leave one after the other', async (t) => {
  const db = await openTestDatabase(t);
  await db.script(inTurn());
  const said = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 1, max: 2 })),
      history,
      async (stock, customerLimit, steps) => {
        const make = async (functions: typeof SETS): Promise<Product> => ({
          productId: await makeProduct(db, {
            stock,
            customerLimit,
            holdSeconds: HOLD_SECONDS,
            sellerId: await makeSeller(db),
          }),
          functions,
        });
        const products = [await make(SETS), await make(IN_TURN)];
        const begun: string[] = [];
        let atMs = STARTED_MS;
        for (const [n, step] of steps.entries()) {
          // Holds of steps before an expiry run out in it.
          atMs += step.kind === 'expire' ? HOLD_SECONDS * 1_000 : 1_000;
          const answers: unknown[] = [];
          const rows: unknown[] = [];
          for (const product of products) {
            await db.query(forgetNewsSql, [product.productId]);
            answers.push(await take(db, product, step, n, new Date(atMs), begun));
            rows.push(await db.query(rowsSql, [product.productId]));
          }
          assert.deepEqual(answers[0], answers[1]);
          assert.deepEqual(rows[0], rows[1]);
          for (const answer of (answers[0] ?? []) as { outcome: string; id: string }[]) {
            said.add(`${step.kind} ${answer.outcome}`);
            if (step.kind === 'begin' && answer.outcome === 'begun') begun.push(answer.id);
          }
        }
      },
    ),
    { numRuns: RUNS, examples: EXAMPLES },
  );
  const expected = [
    ...['begun', 'existing', 'expired', 'no-reservation'].map((outcome) => `begin ${outcome}`),
    ...['sold', 'unsold', 'declined', 'requires_action', 'unknown-payment'].map((outcome) => `settle ${outcome}`),
  ];
  assert.deepEqual(
    expected.filter((one) => !said.has(one)),
    [],
    'outcomes that no run came to',
  );
});

// Each connection keeps the plans it made. One that was made for tables of a page or two and reads them whole is right then, and
// a minute later, when statistics are taken again, it had read all payments before for each of a batch.
test('plans that were made when the shop was small do not read all that was paid since', async (t) => {
  const db = await openTestDatabase(t);
  for (const statisticsAfter of [0, 3, 60]) {
    const productId = await makeProduct(db, { stock: 10_000 });
    let lastUser = 0;
    const pay = async (tx: Queryable, count: number): Promise<void> => {
      const users = Array.from({ length: count }, () => ++lastUser);
      await tx.query(reserveSql, [productId, new Date(), users, users.map((user) => `r-${user}`)]);
      const product = { productId, functions: SETS };
      await take(tx, product, { kind: 'begin', users }, lastUser, new Date(), []);
      const begun = users.map((_, n) => `p-${lastUser}-${n}`);
      const settlings = users.map((_, n) => ({ payment: n + 1, result: 'succeeded' as const }));
      await take(tx, product, { kind: 'settle', settlings }, lastUser, new Date(), begun);
    };
    await pay(db, statisticsAfter);
    await db.script('vacuum analyze');
    for (let n = 0; n < 20; n++) await pay(db, 100);
    const read = await db.transaction(async (tx) => {
      const [before] = await tx.query<{ rows: number }>(rowsReadSql);
      await pay(tx, 100);
      const [after] = await tx.query<{ rows: number }>(rowsReadSql);
      return (after?.rows ?? Number.NaN) - (before?.rows ?? 0);
    });
    assert.ok(
      read < 100 * MAX_ROWS_READ_EACH,
      `${read} rows read for 100 payments, statistics after ${statisticsAfter}`,
    );
  }
});
