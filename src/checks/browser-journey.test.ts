// The whole shop in a real browser, from the search to the parcel: with scripts, without them, and by keyboard alone.
import assert from 'node:assert/strict';
import test from 'node:test';
import { findBrowser, launchBrowser } from './browser.ts';
import { startDemoShop } from './demo-shop.ts';
import { examinePage } from './examine-page.ts';
import { buyByKeyboard } from './keyboard-walk.ts';
import { chooseBeforeTheAnswer } from './suggestions-walk.ts';
import { type Looks, openVisitor, type Visitor } from './visitor.ts';
import { walkAndTell } from './walk-and-tell.ts';
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
  const walk = (looks: Looks, goes: (open: () => Promise<Visitor>) => Promise<void>): Promise<void> =>
    walkAndTell(() => openVisitor(browser, shop.origin, looks, examinePage), goes);

  await Promise.all([
    t.test('every page with scripts, wide and light', () => walk(WIDE, (open) => walkEverywhere(shop, open, 'first'))),
    t.test('every page without scripts, narrow and dark', () =>
      walk(NARROW, (open) => walkEverywhere(shop, open, 'second')),
    ),
    t.test('a purchase by keyboard', () => walk(WIDE, async (open) => buyByKeyboard(await open()))),
    t.test('suggestions stand still while somebody chooses', () =>
      walk(WIDE, async (open) => chooseBeforeTheAnswer(await open())),
    ),
    t.test('a walk that fails says where', () =>
      assert.rejects(
        walk(NARROW, async (open) => {
          const { page, origin } = await open();
          await page.goto(`${origin}/auth/login`);
          await page.getByRole('heading', { name: 'Nowhere' }).waitFor({ timeout: 1 });
        }),
        /Timeout 1ms[\s\S]*The way: \/auth\/login\nThe address: http:.*\/auth\/login\nThe page:[\s\S]*Create an account/,
      ),
    ),
  ]);
});
