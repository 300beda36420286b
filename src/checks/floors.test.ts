// The house stands as it was drawn, and the checker itself sees what it is there for.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { checkFile, importsOf, type Rule } from './floors.ts';

const SRC = join(import.meta.dirname, '..');

test('every file keeps to its floor, its door, its length, and leaves settings and SQL where they belong', () => {
  const paths = globSync('**/*.ts', { cwd: SRC });
  assert.ok(paths.length > 100, `only ${paths.length} files were found`);
  const violations = paths.flatMap((path) => checkFile({ path, text: readFileSync(join(SRC, path), 'utf8') }));
  assert.deepEqual(violations.map(({ path, rule, what }) => `${path} → ${rule}: ${what}`).sort(), []);
});

const FORBIDDEN: [rule: Rule, path: string, text: string][] = [
  ['floor', 'lib/db.ts', `import { reserve } from '../modules/inventory/index.ts';`],
  ['floor', 'modules/orders/track.ts', `import { layout } from '../../web/kit/layout.ts';`],
  ['floor', 'web/shop/search.ts', `export { startSandbox } from '../../sandbox/server.ts';`],
  ['floor', 'web/shop/search.ts', `import type { Config } from '../../config.ts';`],
  ['floor', 'modules/orders/track.ts', `const later = await import('../../app.ts');`],
  ['floor', 'cli/web.ts', `const { startWeb } = await import(file);`],
  ['floor', 'utilities/strings.ts', `export const empty = '';`],
  ['floor', 'modules/carts/index.ts', `export const cart = [];`],
  ['module-order', 'modules/catalog/store.ts', `import {\n  reserve,\n  release,\n} from '../inventory/index.ts';`],
  ['module-order', 'modules/payments/index.ts', `export * from '../orders/index.ts';`],
  ['door', 'modules/orders/track.ts', `import { findSeller } from '../catalog/store-sellers.ts';`],
  ['door', 'web/shop/purchase.ts', `import { reserve } from '../../modules/inventory/reserve.ts';`],
  ['door', 'worker.ts', `import './modules/inventory/sweep-expired.ts';`],
  ['web-folder', 'web/seller/orders.ts', `import { searchPage } from '../shop/pages/search-page.ts';`],
  ['web-folder', 'web/kit/layout.ts', `import { mePage } from '../account/me-page.ts';`],
  ['web-folder', 'web/client/countdown.ts', `import { time } from '../kit/components/time.ts';`],
  ['test-only', 'app.ts', `import { openTestDatabase } from './checks/test-database.ts';`],
  ['test-only', 'modules/search/replica.ts', `import { documents } from './test-documents.ts';`],
  ['environment', 'config.ts', `const port = process.env.PORT;`],
  ['environment', 'lib/log.ts', `const { LOG_LEVEL } = process['env'];`],
  ['environment', 'cli/start.ts', `import { env } from 'node:process';`],
  ['sql', 'modules/orders/track.ts', `const find = sql('orders_find', 'select 1');`],
  ['sql', 'web/shop/track.ts', 'db.script(`\n  update orders set state = 1`);'],
  ['sql', 'modules/orders/restore.ts', `const text = "delete from orders";`],
  ['length', 'lib/long.test.ts', '\n'.repeat(301)],
];

for (const [rule, path, text] of FORBIDDEN) {
  test(`${rule}: ${path} must not hold ${text.trim().replace(/\s+/g, ' ') || 'so many lines'}`, () => {
    assert.deepEqual(
      checkFile({ path, text }).map((violation) => violation.rule),
      [rule],
    );
  });
}

const ALLOWED: [path: string, text: string][] = [
  ['main.ts', `import { readConfig } from './config.ts';\nreadConfig(process.env);`],
  ['worker.ts', `import { purge } from './web/kit/idempotency-store.ts';`],
  [
    'web/shop/track.ts',
    `import { track } from '../../modules/orders/index.ts';\nimport { Id } from '../kit/schemas.ts';`,
  ],
  ['modules/orders/settle.ts', `import type { ChargeOutcome } from '../payments/index.ts';`],
  ['modules/orders/store-lists.ts', `const list = sql('orders_list', 'select order_id from orders');`],
  ['modules/orders/track.test.ts', `import { openTestDatabase } from '../../checks/test-database.ts';`],
  ['checks/place-order.test.ts', `import { startSandbox } from '../sandbox/server.ts';`],
  ['lib/log.ts', `// Unlike process.env, '../modules' is far away: import x from '../app.ts'`],
  ['open-api.ts', `import manifest from '../package.json' with { type: 'json' };`],
];

test('what the house allows is left alone', () => {
  for (const [path, text] of ALLOWED) assert.deepEqual(checkFile({ path, text }), [], path);
});

test('imports are found however they are written', () => {
  const text = `import a, { type B } from './a.ts';
import type { C } from "./c.ts";
import './side-effect.ts';
import * as d from './d.ts';
export { e } from './e.ts';
export type * from './f.ts';
const g = await import('./g.ts');
type H = import('./h.ts').H;
const from = 'nowhere';`;
  assert.deepEqual(
    importsOf(text).sort(),
    ['./a.ts', './c.ts', './d.ts', './e.ts', './f.ts', './g.ts', './h.ts', './side-effect.ts'].sort(),
  );
});
