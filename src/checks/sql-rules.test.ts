import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkMigrations } from './sql-rules.ts';

const MIGRATIONS = join(import.meta.dirname, '../../migrations');

const migrations = readdirSync(MIGRATIONS).map((name) => ({
  name,
  text: readFileSync(join(MIGRATIONS, name), 'utf8'),
}));

test('the migrations keep to the rules', () => {
  assert.ok(migrations.length > 0);
  assert.deepEqual(checkMigrations(migrations), []);
});

// The real text is read, and not passed over: one word changed in it is noticed.
const CHANGES: [from: string, to: string, fault: string][] = [
  [
    'unique (reservation_id, product_id)',
    'unique (reservation_id)',
    '0008-orders.sql: orders: the key (reservation_id) must have product_id',
  ],
  [
    'on payment (product_id, reservation_id)',
    'on payment (reservation_id)',
    '0007-payments.sql: payment: the key (reservation_id) must have product_id',
  ],
  [
    'total int not null default 0,',
    'total int references account,',
    '0004-inventory.sql: inventory: refers to account, which lies on other nodes',
  ],
  [
    'reserve_batch(p bigint, at timestamptz,',
    'reserve_batch(at timestamptz, p bigint,',
    '0005-reserve-batch.sql: reserve_batch: the first argument must be the product, p bigint',
  ],
  [
    'from inventory v where v.product_id = p for no key update;\n  with due as',
    'from inventory v where v.product_id = p;\n  with due as',
    '0006-expire-batch.sql: expire_batch: locks reservations before the inventory row',
  ],
];
for (const [from, to, fault] of CHANGES) {
  test(`noticed in the real text: ${fault}`, () => {
    assert.ok(
      migrations.some(({ text }) => text.includes(from)),
      from,
    );
    const changed = migrations.map(({ name, text }) => ({ name, text: text.replace(from, to) }));
    assert.deepEqual(checkMigrations(changed), [fault]);
  });
}

const BAD: [text: string, fault: string][] = [
  [
    'create table payment (payment_id text primary key, product_id bigint);',
    'payment: the key (payment_id) must begin with product_id',
  ],
  [
    'create table refund (product_id bigint, id text, primary key (id, product_id));',
    'refund: the key (id, product_id) must begin with product_id',
  ],
  [
    'create table orders (product_id bigint primary key, payment_id text not null unique);',
    'orders: the key (payment_id) must have product_id',
  ],
  ['alter table outbox add constraint once unique (message_id);', 'outbox: the key (message_id) must have product_id'],
  [
    "create unique index live on payment (reservation_id) where state = 'held';",
    'payment: the key (reservation_id) must have product_id',
  ],
  [
    'create table inventory (product_id bigint primary key references product);',
    'inventory: refers to product, which lies on other nodes',
  ],
  [
    'create table receipt_file (order_id text references orders);',
    'receipt_file: refers to orders, which lies on other nodes',
  ],
  [
    'create table receipt (product_id bigint, n int, order_id text references orders);',
    'receipt: a reference to orders must begin with product_id',
  ],
  ['create trigger t after insert on orders execute function f();', 'has a trigger: distributed tables have none'],
  ['create table mail (mail_id bigserial primary key);', 'has a serial column: workers cannot number rows'],
  [
    'create function f(p bigint) returns void language plpgsql as $$ begin perform pg_advisory_xact_lock(p); end $$;',
    'has an advisory lock: it holds on one node only',
  ],
  [
    "create function f(p bigint) returns void language sql as $$ select pg_notify('stock', '') $$;",
    'has LISTEN or NOTIFY: it is heard on one node only',
  ],
  [
    'create function sell(id text, p bigint) returns void language sql as $$ delete from refund where product_id = p; $$;',
    'sell: the first argument must be the product, p bigint',
  ],
  [
    `create function expire(p bigint) returns void language plpgsql as $$ begin
       delete from reservation where product_id = p;
       update inventory set available = available + 1 where product_id = p;
     end $$;`,
    'expire: locks reservations before the inventory row',
  ],
  [
    `create function expire(p bigint) returns void language plpgsql as $$ begin
       perform 1 from reservation where product_id = p for update;
       perform 1 from inventory where product_id = p for no key update;
     end $$;`,
    'expire: locks reservations before the inventory row',
  ],
  [
    `create function keep(p bigint) returns void language plpgsql as $$ begin
       insert into outbox (product_id, message_id) values (p, 'm') on conflict (product_id, message_id) do update set at = now();
     end $$;`,
    'keep: DO UPDATE must not call what changes from call to call',
  ],
];

for (const [text, fault] of BAD) {
  test(`seen: ${fault}`, () => {
    assert.deepEqual(checkMigrations([{ name: '0001-bad.sql', text }]), [`0001-bad.sql: ${fault}`]);
  });
}

test('numbers without gaps, each once', () => {
  const named = ['0001-a.sql', '0002-b.sql', '0002-c.sql', '0005-d.sql'].map((name) => ({ name, text: '' }));
  assert.deepEqual(checkMigrations(named), [
    '0002-c.sql: must have the number 0003',
    '0005-d.sql: must have the number 0004',
  ]);
});

test('what is said in a comment, and what the rules allow, is left alone', () => {
  const text = `-- no trigger, no serial; references product
create table orders (product_id bigint, order_id text, primary key (product_id, order_id), unique (product_id, payment_id));
create table order_event (product_id bigint, foreign key (product_id, order_id) references orders);
create table session (session_id uuid primary key, user_id bigint references account, cookie_hash bytea unique);
create function pay(p bigint) returns void language plpgsql as $$ begin
  select v.available from inventory v where v.product_id = p for no key update;
  update reservation r set state = 'paying' where r.product_id = p;
end $$;`;
  assert.deepEqual(checkMigrations([{ name: '0001-good.sql', text }]), []);
});
