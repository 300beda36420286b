// Somebody at a browser: a page, with or without scripts, that remembers everything the browser complained about.
import type { Browser, BrowserContext, Page } from 'playwright-core';

export type Visitor = {
  origin: string;
  hasScripts: boolean;
  context: BrowserContext;
  page: Page;
  /** Called on each page of a walk, with its name: to examine it, or to take its picture. */
  look(name: string): Promise<void>;
};

export type Looks = { hasScripts: boolean; width: number; colorScheme: 'light' | 'dark' };

const HEIGHT = 900;
const PATIENCE_MS = 30_000;

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
    look: (name) => look(name, visitor, complaints.splice(0)),
  };
  return visitor;
}
