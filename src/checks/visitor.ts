// Somebody at a browser: a page, with or without scripts, that remembers everything the browser complained about.
import type { Browser, BrowserContext, Page } from 'playwright-core';

export type Visitor = {
  origin: string;
  hasScripts: boolean;
  context: BrowserContext;
  page: Page;
  /** Called on each page of a walk, with its name: to examine it, or to take its picture. */
  look(name: string): Promise<void>;
  /** For whoever must understand why a walk ended here: the way, the address and what can be read there. */
  whereabouts(): Promise<string>;
};

export type Looks = { hasScripts: boolean; width: number; colorScheme: 'light' | 'dark' };

const HEIGHT = 900;
const PATIENCE_MS = 30_000;
const PATIENCE_AFTER_FAILING_MS = 5_000;
const WAY_TOLD = 12;
const TEXT_TOLD_CHARACTERS = 3_000;

/** Complaints: errors on the console (refusals of the content security policy among them) and uncaught exceptions. */
export async function openVisitor(
  browser: Browser,
  origin: string,
  { hasScripts, width, colorScheme }: Looks,
  look: (name: string, visitor: Visitor, complaints: string[]) => Promise<void>,
): Promise<Visitor> {
  const context = await browser.newContext({
    javaScriptEnabled: hasScripts,
    viewport: { width, height: HEIGHT },
    colorScheme,
    reducedMotion: 'reduce',
    locale: 'en-US',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const way: string[] = [];
  page.on('framenavigated', (frame) => {
    if (frame === page.mainFrame()) way.push(frame.url().replace(origin, ''));
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    // A page that tells of a problem has the status of that problem, which the console repeats.
    const isOwnStatus =
      message.text().startsWith('Failed to load resource: the server responded with a status of 4') &&
      message.location().url === page.url();
    if (!isOwnStatus) complaints.push(`${message.text()} (${message.location().url})`);
  });
  const visitor: Visitor = {
    origin,
    hasScripts,
    context,
    page,
    look: (name) => {
      way.push(`[${name}]`);
      return look(name, visitor, complaints.splice(0));
    },
    whereabouts: async () => {
      const text = await page
        .locator('body')
        .innerText({ timeout: PATIENCE_AFTER_FAILING_MS })
        .catch((error: Error) => `(cannot be read: ${error.message})`);
      const told = [`The way: ${way.slice(-WAY_TOLD).join(' > ')}`, `The address: ${page.url()}`, ...complaints];
      return [...told, 'The page:', text.replaceAll(/\n\s*\n/g, '\n').slice(0, TEXT_TOLD_CHARACTERS)].join('\n');
    },
  };
  return visitor;
}
