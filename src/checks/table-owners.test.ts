import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkTables, tablesWithoutOwner } from './table-owners.ts';

const SRC = join(import.meta.dirname, '..');
const MIGRATIONS = join(SRC, '../migrations');

test('a module writes its own tables and reads no later one’s', () => {
  const stores = globSync('modules/*/**/store*.ts', { cwd: SRC });
  assert.ok(stores.length > 8, `only ${stores.length} stores were found`);
  const faults = stores.flatMap((path) => checkTables({ path, text: readFileSync(join(SRC, path), 'utf8') }));
  assert.deepEqual(faults, []);
});

test('every table has its owner', () => {
  const texts = globSync('*.sql', { cwd: MIGRATIONS }).map((name) => readFileSync(join(MIGRATIONS, name), 'utf8'));
  assert.ok(texts.length > 0);
  assert.deepEqual(tablesWithoutOwner(texts), []);
  assert.deepEqual(tablesWithoutOwner(['create table wish_list (\n  user_id bigint);']), ['wish_list']);
});

test('the checker sees what is not allowed, and leaves alone what is', () => {
  const path = 'modules/payments/store.ts';
  const faultsOf = (text: string) => checkTables({ path, text });
  assert.deepEqual(faultsOf('select 1 from payment m\n join orders o using (product_id)'), [`${path} reads orders`]);
  assert.deepEqual(faultsOf('update inventory set available = 1'), [`${path} writes inventory`]);
  assert.deepEqual(faultsOf('insert into  outbox (kind) select 1 from product'), [`${path} writes outbox`]);
  assert.deepEqual(faultsOf('delete from reservation r using payment'), [`${path} writes reservation`]);
  assert.deepEqual(faultsOf('// from orders\nupdate payment m set state = 1 from inventory i'), []);
  assert.deepEqual(faultsOf('insert into feed_change (topic) select title from product'), []);
});
