// node src/checks/take-screenshots.ts: every page of a fresh demo shop into docs/screenshots, wide and light with scripts,
// narrow and dark without them.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { findBrowser, launchBrowser } from './browser.ts';
import { startDemoShop } from './demo-shop.ts';
import { type Looks, openVisitor, type Visitor } from './visitor.ts';
import { walkEverywhere } from './walks.ts';

const DIRECTORY = join(import.meta.dirname, '../../docs/screenshots');
const MOST_HEIGHT = 1_600;
const PICTURES_PATIENCE_MS = 10_000;
const POLL_MS = 50;
const COLOURS = 256; // a third of the bytes, and no difference that one sees

// Text, since it runs in the browser. Pictures further down are fetched when somebody comes near.
const PICTURES_IN_VIEW_ARE_THERE = `[...document.images].every(
  (image) => image.complete || image.getBoundingClientRect().top > innerHeight,
)`;

async function shoot(page: Page, name: string): Promise<void> {
  const size = page.viewportSize();
  if (!size) throw new Error('a page without a size');
  const height = await page.evaluate<number>('scrollTo(0, 0), document.documentElement.scrollHeight');
  await page.setViewportSize({ ...size, height: Math.min(height, MOST_HEIGHT) });
  const patience = performance.now() + PICTURES_PATIENCE_MS;
  while (performance.now() < patience && !(await page.evaluate<boolean>(PICTURES_IN_VIEW_ARE_THERE)))
    await page.waitForTimeout(POLL_MS);
  const shot = await page.screenshot();
  await page.setViewportSize(size);
  await sharp(shot)
    .png({ palette: true, colours: COLOURS, effort: 8 })
    .toFile(join(DIRECTORY, `${name}.png`));
  console.log(`${name}.png`);
}

const found = findBrowser(process.env);
if (found.kind === 'missing') {
  console.error(found.advice);
  process.exit(1);
}
await mkdir(DIRECTORY, { recursive: true });
for (const old of await readdir(DIRECTORY))
  if (old.endsWith('.png') && old !== 'rehearsal.png') await rm(join(DIRECTORY, old));

const browser = await launchBrowser(found.file);
const shop = await startDemoShop().catch(async (error: unknown) => {
  await browser.close();
  throw error;
});
const visitor = (looks: Looks, suffix: string): Promise<Visitor> =>
  openVisitor(browser, shop.origin, looks, (name, { page }) => shoot(page, `${name}${suffix}`));
try {
  await walkEverywhere(shop, () => visitor({ hasScripts: true, width: 1280, colorScheme: 'light' }, ''), 'first');
  await walkEverywhere(
    shop,
    () => visitor({ hasScripts: false, width: 390, colorScheme: 'dark' }, '-narrow'),
    'second',
  );
} finally {
  await browser.close();
  await shop.stop();
}
