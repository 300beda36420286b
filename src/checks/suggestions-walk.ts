// Suggestions on a slow line: the answer for the last letter comes when somebody already chooses among those that were there.
import assert from 'node:assert/strict';
import type { Visitor } from './visitor.ts';

export async function chooseBeforeTheAnswer({ page, origin }: Visitor): Promise<void> {
  const mayAnswer = Promise.withResolvers<void>();
  await page.route('**/search/suggest?term=orvane', async (route) => {
    await mayAnswer.promise;
    // Nobody may want it any more.
    await route.continue().catch(() => undefined);
  });
  await page.goto(origin);
  const box = page.getByLabel('Search all products');
  const first = page.waitForResponse(/suggest\?term=orvan$/);
  await box.pressSequentially('orvan');
  await first;
  await page.getByRole('option').first().waitFor();

  const asked = page.waitForRequest(/suggest\?term=orvane$/);
  await box.press('e');
  const request = await asked;
  const ended = Promise.race([
    page.waitForEvent('requestfinished', (one) => one === request),
    page.waitForEvent('requestfailed', (one) => one === request),
  ]);
  await box.press('ArrowDown');
  const chosen = page.locator('[role=option][aria-selected=true]');
  const text = await box.inputValue();
  mayAnswer.resolve();
  await ended;
  // An answer that came all the same has been drawn then.
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
  assert.equal(await chosen.count(), 1, 'what was chosen is gone');
  assert.ok((await chosen.textContent())?.startsWith(text));
  assert.equal(await box.getAttribute('aria-activedescendant'), await chosen.getAttribute('id'));

  await box.press('Escape');
  assert.equal(await box.inputValue(), 'orvane');
}
