// Whose table is whose: a module reads tables of its own and of earlier modules, and writes its own alone.
// What must change tables of several modules at once is a function of the database, and not seen here.
import type { SourceFile } from './floors.ts';

/** In the order of the modules; the tables of the feed, the secrets and the kept answers belong to none of them. */
const OWNERS: readonly [module: string, tables: readonly string[]][] = [
  ['accounts', ['account', 'account_address', 'session', 'refresh_token']],
  ['catalog', ['seller', 'product', 'product_external_id', 'product_picture', 'review']],
  ['search', ['search_query_count', 'search_click_count']],
  [
    'inventory',
    [
      'inventory',
      'stock_change',
      'reservation',
      'reservation_ended',
      'drop_sale',
      'ticket',
      'drawn_ticket',
      'line_event',
    ],
  ],
  ['payments', ['payment', 'refund', 'ledger_entry', 'provider_event', 'saved_payment_method', 'drop_card']],
  ['orders', ['orders', 'order_event', 'receipt', 'receipt_counter', 'outbox', 'order_of_user', 'order_of_seller']],
  ['notices', ['mail']],
];
const SHARED_TABLES: readonly string[] = ['feed_change', 'feed_horizon', 'shop_secret', 'idempotency_record'];

/** What the SQL of a module's file reaches for and should not. */
export function checkTables({ path, text }: SourceFile): string[] {
  const [, module] = /^modules\/(\w+)\/(?:.*\/)?store(?:-[a-z-]+)?\.ts$/.exec(path) ?? [];
  if (!module) return [];
  const code = text.replace(/^\s*\/\/.*$/gm, '');
  const own = orderOf(module);
  return [...code.matchAll(/\b(insert\s+into|update|delete\s+from|from|join)\s+(\w+)/gi)].flatMap((match) => {
    const [, verb = '', table = ''] = match;
    const owner = OWNERS.findIndex(([, tables]) => tables.includes(table));
    if (owner < 0) return [];
    const isRead = /^(from|join)$/i.test(verb);
    if (!isRead && owner !== own) return [`${path} writes ${table}`];
    return owner > own ? [`${path} reads ${table}`] : [];
  });
}

/** Tables of the migrations that nobody was given. */
export function tablesWithoutOwner(migrations: readonly string[]): string[] {
  const made = migrations.flatMap((text) =>
    [...text.matchAll(/^create table (\w+)/gim)].map((match) => match[1] ?? ''),
  );
  return made.filter((table) => !SHARED_TABLES.includes(table) && !OWNERS.some(([, tables]) => tables.includes(table)));
}

function orderOf(module: string): number {
  return OWNERS.findIndex(([name]) => name === module);
}
