// What the schema must keep to so that it runs unchanged on one PostgreSQL and, distributed by product_id, on Citus.
// Reads the text of migrations; it knows as much SQL as they use.

/** One purchase touches one product, and all that it writes lies on that product's shard. */
const PURCHASE_TABLES: readonly string[] = [
  'inventory',
  'stock_change',
  'reservation',
  'reservation_ended',
  'payment',
  'drop_card',
  'refund',
  'ledger_entry',
  'orders',
  'order_event',
  'receipt',
  'outbox',
];
const SHARD_KEY = 'product_id';

const FORBIDDEN: readonly [pattern: RegExp, why: string][] = [
  [/\bcreate\s+(or\s+replace\s+)?(constraint\s+)?trigger\b/i, 'a trigger: distributed tables have none'],
  [/\b(small|big)?serial\b/i, 'a serial column: workers cannot number rows'],
  [/\bpg_(try_)?advisory_\w+/i, 'an advisory lock: it holds on one node only'],
  [/\b(pg_notify\s*\(|notify\s+\w|listen\s+\w)/i, 'LISTEN or NOTIFY: it is heard on one node only'],
];
const UNSTABLE = /\b(now|clock_timestamp|statement_timestamp|random|nextval|gen_random_uuid)\s*\(/i;

export type Migration = { /** Of the file. */ name: string; text: string };

/** Each fault as one line that names the migration. */
export function checkMigrations(migrations: readonly Migration[]): string[] {
  return [...checkNumbers(migrations.map(({ name }) => name)), ...migrations.flatMap(checkMigration)];
}

function checkNumbers(names: readonly string[]): string[] {
  const expected = (n: number) => String(n + 1).padStart(4, '0');
  return [...names]
    .sort()
    .flatMap((name, n) => (name.startsWith(`${expected(n)}-`) ? [] : [`${name}: must have the number ${expected(n)}`]));
}

function checkMigration({ name, text }: Migration): string[] {
  const code = text.replace(/--.*$/gm, '');
  const forbidden = FORBIDDEN.filter(([pattern]) => pattern.test(code)).map(([, why]) => `has ${why}`);
  const tables = statementsOf(code).flatMap(checkTableStatement);
  const functions = functionsOf(code).flatMap(checkFunction);
  return [...forbidden, ...tables, ...functions].map((fault) => `${name}: ${fault}`);
}

/** Without the bodies of functions, whose semicolons are their own. */
function statementsOf(code: string): string[] {
  return code.replace(/\$\$.*?\$\$/gs, '').split(';');
}

function checkTableStatement(statement: string): string[] {
  const [, table = '', rest = ''] =
    /^\s*(?:create|alter)\s+table\s+(?:if\s+not\s+exists\s+|only\s+)?(\w+)(.*)$/is.exec(statement) ?? [];
  const [, indexed = '', columns = ''] =
    /^\s*create\s+unique\s+index\s.*?\son\s+(\w+)\s*\(([^)]*)\)/is.exec(statement) ?? [];
  if (isPurchase(indexed)) return keyFault(indexed, { columns, isPrimary: false });
  if (table === '') return [];
  return [
    ...keysOf(rest).flatMap((key) => (isPurchase(table) ? keyFault(table, key) : [])),
    ...referenceFaults(table, rest),
  ];
}

type Key = { columns: string; isPrimary: boolean };

function keysOf(text: string): Key[] {
  const ofTable = [...text.matchAll(/\b(primary\s+key|unique)\s*\(([^)]*)\)/gi)].map((match) => [match[1], match[2]]);
  const ofColumn = [
    ...text.matchAll(/(?:^|[(,]|\bcolumn\b)\s*(\w+)\s[^,(]*?\b(primary\s+key|unique)\b(?!\s*\()/gi),
  ].map((match) => [match[2], match[1]]);
  return [...ofTable, ...ofColumn].map(([kind = '', columns = '']) => ({ columns, isPrimary: /^primary/i.test(kind) }));
}

/** Citus wants the shard's key in each of them. It leads the primary key alone: an index that begins alike is taken in its place. */
function keyFault(table: string, { columns, isPrimary }: Key): string[] {
  const names = columns.split(',').map((column) => column.trim());
  if (isPrimary ? names[0] === SHARD_KEY : names.includes(SHARD_KEY)) return [];
  return [`${table}: the key (${columns.trim()}) must ${isPrimary ? 'begin with' : 'have'} ${SHARD_KEY}`];
}

function referenceFaults(table: string, text: string): string[] {
  return [...text.matchAll(/(?:foreign\s+key\s*\(\s*(\w+)[^)]*\)\s*|\b(\w+)\s[^,]*?)\breferences\s+(\w+)/gi)].flatMap(
    (match) => {
      const column = match[1] ?? match[2] ?? '';
      const target = match[3] ?? '';
      if (isPurchase(table) !== isPurchase(target)) return [`${table}: refers to ${target}, which lies on other nodes`];
      if (isPurchase(table) && column !== SHARD_KEY)
        return [`${table}: a reference to ${target} must begin with ${SHARD_KEY}`];
      return [];
    },
  );
}

type SqlFunction = { name: string; firstArgument: string; body: string };

function functionsOf(code: string): SqlFunction[] {
  return [...code.matchAll(/create\s+(?:or\s+replace\s+)?function\s+(\w+)\s*\(\s*([^,)]*).*?(\$\$.*?\$\$|;)/gis)].map(
    (match) => ({
      name: match[1] ?? '',
      firstArgument: (match[2] ?? '').trim().replace(/\s+/g, ' '),
      body: match[3] ?? '',
    }),
  );
}

/** Called by functions that hold the inventory row already. */
const UNDER_LOCK = ['grant_line'];

function checkFunction({ name, firstArgument, body }: SqlFunction): string[] {
  const faults: string[] = [];
  const namesPurchase = PURCHASE_TABLES.some((table) =>
    new RegExp(`\\b(from|join|into|update)\\s+${table}\\b`, 'i').test(body),
  );
  if (namesPurchase && firstArgument !== 'p bigint')
    faults.push(`${name}: the first argument must be the product, p bigint`);
  const [inventory, reservation] = [firstLock(body, 'inventory'), firstLock(body, 'reservation')];
  if (reservation < inventory && !UNDER_LOCK.includes(name))
    faults.push(`${name}: locks reservations before the inventory row`);
  for (const [update] of body.matchAll(/\bdo\s+update\s+set\b[^;]*/gi))
    if (UNSTABLE.test(update)) faults.push(`${name}: DO UPDATE must not call what changes from call to call`);
  return faults;
}

/** Where in a function a row of the table is first written or locked; beyond its end if nowhere. */
function firstLock(body: string, table: string): number {
  const written = new RegExp(`\\b(update|insert\\s+into|delete\\s+from)\\s+${table}\\b`, 'i');
  const locked = new RegExp(
    `\\bfrom\\s+${table}\\b[^;]*?\\bfor\\s+(no\\s+key\\s+update|update|key\\s+share|share)\\b`,
    'i',
  );
  const places = [written, locked].map((pattern) => body.search(pattern)).filter((place) => place >= 0);
  return Math.min(body.length, ...places);
}

function isPurchase(table: string): boolean {
  return PURCHASE_TABLES.includes(table);
}
