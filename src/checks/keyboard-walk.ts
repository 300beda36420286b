// A whole purchase without a mouse. Whatever has the focus on the way must show it.
import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { DEMO_PASSWORD } from '../cli/demo-accounts.ts';
import type { Visitor } from './visitor.ts';

const MOST_STOPS = 150;

type Stop = { name: string; role: string; isShown: boolean };

// Text, since it runs in the browser. A card shows its focus around the whole card, a field of a group around the group.
const CURRENT_STOP = `(() => {
  const element = document.activeElement;
  const outlined = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const box = element.getBoundingClientRect();
  return {
    name: (element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.textContent ?? '').replace(/\\s+/g, ' ').trim(),
    role: element.tagName.toLowerCase(),
    isShown:
      [getComputedStyle(element), getComputedStyle(element, '::after'), getComputedStyle(element.parentElement)].some(outlined) &&
      box.top >= 0 && box.bottom <= innerHeight && box.width > 1,
  };
})()`;

export async function buyByKeyboard({ page, origin }: Visitor): Promise<void> {
  await page.goto(origin);
  await page.keyboard.press('Tab');
  const skip = await page.evaluate<Stop>(CURRENT_STOP);
  assert.deepEqual([skip.name, skip.isShown], ['Skip to content', true]);
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.id'), 'main');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(`document.activeElement.closest('main') !== null`), true);

  await page.goto(origin);
  await tabTo(page, /^Search all products$/);
  await page.keyboard.type('orvane nova', { delay: 20 });
  await page.getByRole('option').nth(1).waitFor();
  await page.keyboard.press('ArrowDown');
  const chosen = page.locator('[role=option][aria-selected=true]');
  assert.equal(await chosen.count(), 1);
  assert.equal(
    await page.evaluate('document.activeElement.getAttribute("aria-activedescendant")'),
    await chosen.getAttribute('id'),
  );
  await page.keyboard.press('Escape');
  assert.equal(await page.getByLabel('Search all products').inputValue(), 'orvane nova');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\?term=/);

  await tabTo(page, /^Orvane Nova X1/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/product\/\d+$/);
  await tabTo(page, /^Buy now$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/auth\/login/);
  await tabTo(page, /^E-mail$/);
  await page.keyboard.type('shopper@souk.test');
  await tabTo(page, /^Password$/);
  await page.keyboard.type(DEMO_PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/product\/\d+$/);
  await tabTo(page, /^Buy now$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/pay\//);
  await tabTo(page, /^Visa, succeeds$/);
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.getByLabel('Mastercard, succeeds').isChecked(), true);
  await tabTo(page, /^Pay \$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/thanks\//);
  await tabTo(page, /^Follow the parcel$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/track\//);
}

async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let stops = 0; stops < MOST_STOPS; stops++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate<Stop>(CURRENT_STOP);
    if (stop.role === 'body') continue;
    assert.ok(stop.isShown, `${page.url()}: the focus does not show on ${stop.role} "${stop.name}"`);
    if (name.test(stop.name)) return;
    passed.push(stop.name);
  }
  assert.fail(`${name} was not reached by keyboard: ${passed.join(' | ')}`);
}
