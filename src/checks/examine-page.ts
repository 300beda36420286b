// What must hold of every page, whoever looks at it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type { Visitor } from './visitor.ts';

const OWN_SCRIPT_MAX_BYTES = 20 * 1024;
/** The library that draws the charts of an operator's page; no shopper loads it. */
const CHARTS_MAX_BYTES = 60 * 1024;
const WITH_CHARTS = new Set(['operator-drop']);
const NARROW = 390;
const MOST_NAMED = 3;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Text, since these run in the browser, whose types the rest of the project must not see.
const SCRIPT_BYTES = `performance.getEntriesByType('resource')
  .filter((entry) => entry.initiatorType === 'script')
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)`;
// axe waits with timers, which stand still where scripts are off; what the debugger evaluates, and its promises, run.
const RUN_AXE = `(async () => {
  const own = window.setTimeout;
  window.setTimeout = (work, _ms, ...given) => (Promise.resolve().then(() => work(...given)), 0);
  try {
    return (await axe.run({ resultTypes: ['violations'], iframes: false, preload: false })).violations;
  } finally {
    window.setTimeout = own;
  }
})()`;
const STICKING_OUT = `(() => {
  const width = document.documentElement.clientWidth;
  const isPhone = innerWidth <= ${NARROW};
  const wide = isPhone ? [...document.querySelectorAll('.table-frame')].filter((frame) => frame.scrollWidth > frame.clientWidth) : [];
  const out = document.documentElement.scrollWidth <= width ? [] : [...document.querySelectorAll('body *')];
  return [...wide, ...out.filter((element) => element.getBoundingClientRect().right > width)]
    .slice(0, ${MOST_NAMED})
    .map((element) => element.outerHTML.slice(0, 120));
})()`;

type Violation = { id: string; help: string; nodes: { html: string; failureSummary?: string }[] };

export async function examinePage(name: string, visitor: Visitor, complaints: string[]): Promise<void> {
  const { page, hasScripts } = visitor;
  assert.deepEqual(complaints, [], `${name}: the browser complained`);
  assert.deepEqual(await axeViolations(page), [], `${name}: not accessible`);
  assert.deepEqual(await whatSticksOut(page), [], `${name}: scrolls sideways`);
  const size = page.viewportSize();
  if (size && size.width > NARROW) {
    await page.setViewportSize({ ...size, width: NARROW });
    assert.deepEqual(await whatSticksOut(page), [], `${name}: scrolls sideways at ${NARROW} px`);
    await page.setViewportSize(size);
  }
  const scriptBytes = await page.evaluate<number>(SCRIPT_BYTES);
  const most = OWN_SCRIPT_MAX_BYTES + (WITH_CHARTS.has(name) ? CHARTS_MAX_BYTES : 0);
  assert.ok(scriptBytes <= most, `${name}: ${scriptBytes} bytes of script`);
  if (!hasScripts) assert.equal(scriptBytes, 0, `${name}: runs scripts where they are off`);
}

async function axeViolations(page: Page): Promise<unknown[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate<Violation[]>(RUN_AXE);
  return violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes.map((node) => `${node.html} ${node.failureSummary ?? ''}`),
  }));
}

/** Whatever reaches beyond the right edge of a page that can be scrolled sideways, and on a phone tables that can be. */
function whatSticksOut(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(STICKING_OUT);
}
