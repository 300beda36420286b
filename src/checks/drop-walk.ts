// A drop with a line, as a shopper lives through it: announced, joined, waited for, granted; and as an operator watches it.
import { signInToApi } from './demo-shop.ts';
import type { Visitor } from './visitor.ts';

const OPENS_AFTER_MS = 6_000;
const SHOWN_WITHIN_MS = 1_000;

type Held = { reservationId: string };

/** The shopper, who is signed in, comes second to a single unit, which the first one lets go. Answers the product's number. */
export async function waitInLine({ page, origin, hasScripts, look }: Visitor, title: string): Promise<string> {
  const seller = await signInToApi(origin, 'seller@souk.test');
  const price = { amount: 89_900, currency: 'USD' };
  const category = ['Electronics', 'Phones', 'Smartphones'];
  const made = { title, description: 'The new one. There are few.', category, price, stock: 1 };
  const { productId } = (await seller.post<{ productId: string }>('/seller/products', made)).body;
  const opensAt = new Date(Date.now() + OPENS_AFTER_MS).toISOString();
  const terms = { opensAt, mode: 'line', perCustomerLimit: 1, holdSeconds: 600 };
  await seller.post(`/seller/products/${productId}/drop`, terms);
  const first = await signInToApi(origin, 'shopper@souk.test');
  await first.post('/product/purchase', { productId });

  await page.waitForTimeout(SHOWN_WITHIN_MS);
  await page.goto(`${origin}/product/${productId}`);
  await page.getByRole('button', { name: 'Join the line' }).waitFor();
  await look('drop-announced');
  await page.getByRole('button', { name: 'Join the line' }).click();
  await page.waitForURL(/\/line\/./);
  await page.getByRole('heading', { level: 1, name: 'You are in line' }).waitFor();
  await look('line');
  const line = page.url();

  await page.waitForTimeout(Math.max(0, Date.parse(opensAt) - Date.now()) + SHOWN_WITHIN_MS);
  const { reservationId } = (await first.post<Held>('/product/purchase', { productId })).body;
  await first.post(`/reservation/${reservationId}/release`, {});
  // With scripts the page hears of it and goes on by itself; without, it looks again every few seconds.
  if (hasScripts) await page.waitForURL(/\/pay\/./);
  await page.goto(line.replace(/\?.*/, ''));
  await page.getByRole('heading', { level: 1, name: 'It is your turn' }).waitFor();
  await look('line-granted');
  return productId;
}

/** The operator, who is signed in. */
export async function watchDrop({ page, origin, hasScripts, look }: Visitor, productId: string): Promise<void> {
  await page.goto(`${origin}/operator/drops`);
  await page.getByRole('row').nth(1).waitFor();
  await look('operator-drops');
  await page.goto(`${origin}/operator/drops/${productId}`);
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  if (hasScripts) await page.locator('.uplot').first().waitFor();
  await look('operator-drop');
}
