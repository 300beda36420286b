// The whole shop in a real browser, from the search to the parcel: with scripts, without them, and by keyboard alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findBrowser, launchBrowser } from './browser.ts';
import { startDemoShop } from './demo-shop.ts';
import { examinePage } from './examine-page.ts';
import { buyByKeyboard } from './keyboard-walk.ts';
import { type Looks, openVisitor, type Visitor } from './visitor.ts';
import { walkEverywhere } from './walks.ts';

const found = findBrowser(process.env);
if (found.kind === 'missing') {
  // Somewhere they must run; on the machine of a newcomer without a browser they must not stand in the way.
  if (process.env.CI) test('the browser tests have a browser', () => assert.fail(found.advice));
  else console.error(`\n*** The browser tests are skipped. ${found.advice}\n`);
}

const WIDE: Looks = { hasScripts: true, width: 1280, colorScheme: 'light' };
const NARROW: Looks = { hasScripts: false, width: 390, colorScheme: 'dark' };

test('in a browser', { skip: found.kind === 'missing' && found.advice, concurrency: true }, async (t) => {
  if (found.kind === 'missing') return;
  const shop = await startDemoShop();
  t.after(shop.stop);
  const browser = await launchBrowser(found.file);
  t.after(() => browser.close());
  const visitor = (looks: Looks): Promise<Visitor> => openVisitor(browser, shop.origin, looks, examinePage);

  await Promise.all([
    t.test('every page with scripts, wide and light', () => walkEverywhere(shop, () => visitor(WIDE), 'first')),
    t.test('every page without scripts, narrow and dark', () => walkEverywhere(shop, () => visitor(NARROW), 'second')),
    t.test('a purchase by keyboard', async () => buyByKeyboard(await visitor(WIDE))),
  ]);
});
