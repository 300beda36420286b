// The ways of those who work here: the seller, the operator, and whoever reads the shop's documentation.
import assert from 'node:assert/strict';
import sharp from 'sharp';
import { DEMO_PASSWORD } from '../cli/demo-accounts.ts';
import type { Visitor } from './visitor.ts';

const UNITS_AT_FIRST = 3;

/** A new product with a picture and one unit left. Answers where shoppers find it. */
export async function sell(visitor: Visitor, title: string): Promise<string> {
  const { page, origin, look } = visitor;
  await page.goto(`${origin}/seller`);
  await page.waitForURL(/\/auth\/login\?next=%2Fseller/);
  await signIn(visitor, 'seller@souk.test', 'not the password');
  await page.getByText('E-mail or password is wrong').waitFor();
  await look('sign-in-wrong');
  await signIn(visitor, 'seller@souk.test', DEMO_PASSWORD);
  await page.getByRole('heading', { level: 1, name: 'Orvane Direct' }).waitFor();
  await look('seller');
  await page.getByRole('navigation', { name: 'Your shop' }).getByRole('link', { name: 'Products' }).click();
  await look('seller-products');

  await page.getByRole('link', { name: 'New product' }).click();
  await look('seller-new-product');
  await page.getByLabel('Title').fill(title);
  await page.getByLabel('Description').fill('Folds flat, burns for forty hours, and glows when the sun has gone.');
  await page.getByLabel('Brand').fill('Lumen Works');
  await page.getByLabel('Category').fill('Home & Kitchen > Lighting > Lanterns');
  await page.getByLabel('Price').fill('39.90');
  await page.getByLabel('Units in stock').fill(String(UNITS_AT_FIRST));
  await page.getByLabel('Attributes').fill('Colour: Saffron\nBrightness: 300 lm');
  await page.getByRole('button', { name: 'Put on sale' }).click();
  await page.getByRole('heading', { level: 1, name: title }).waitFor();

  await page
    .getByLabel('Add a picture')
    .setInputFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: await drawing() });
  await page.getByRole('button', { name: 'Add the picture' }).click();
  await page.locator('main .thumb img').waitFor();
  await page.getByLabel('Units more, or fewer').fill(String(1 - UNITS_AT_FIRST));
  await page.getByRole('button', { name: 'Change the stock' }).click();
  await page.getByRole('status').getByText('The stock is changed: 1 available now.').waitFor();
  await page.locator('.key-values dd').first().getByText('1', { exact: true }).waitFor();
  await look('seller-product');
  const path = `/product/${new URL(page.url()).pathname.split('/').at(-1)}`;
  // Shown within a second.
  await page.waitForTimeout(1_000);
  await page.getByRole('link', { name: 'As shoppers see it' }).click();
  await page.waitForURL(origin + path);
  await page.getByText('Only 1 left').waitFor();
  await look('product-new');
  return path;
}

/** The orders of the seller, who is signed in already: the newest is moved a step on. */
export async function send({ page, origin, look }: Visitor): Promise<void> {
  await page.goto(`${origin}/seller/orders`);
  await page.getByRole('row').nth(1).waitFor();
  await look('seller-orders');
  await page.getByRole('row').nth(1).getByRole('link').click();
  await page.waitForURL(/\/seller\/orders\/./);
  const order = page.url();
  await page.getByLabel('Carrier').fill('Caravan Parcel');
  await page.getByLabel('Tracking number').fill('CP0042');
  await look('seller-order');
  // The demo's carrier may report the same step just before.
  const tooLate = page.getByRole('heading', { name: 'That step is not possible now' });
  do {
    await page.goto(order);
    const steps = await page.locator('.timeline .done').count();
    await page.getByRole('button', { name: 'Report' }).click();
    await page.locator('.timeline .done').nth(steps).or(tooLate).waitFor();
  } while (await tooLate.isVisible());
  await page.getByRole('link', { name: 'Money' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await look('seller-money');
}

export async function watchOver(visitor: Visitor): Promise<void> {
  const { page, origin, look } = visitor;
  await page.goto(`${origin}/operator/audit`);
  await page.waitForURL(/\/auth\/login/);
  await signIn(visitor, 'operator@souk.test', DEMO_PASSWORD);
  await page.getByText('The books are exact.').waitFor();
  await look('audit');
}

/** The mail of the demo, the API's documentation, the problems, and an address where nothing is. */
export async function readDocuments({ page, origin, look }: Visitor, product: string): Promise<void> {
  await page.goto(`${origin}/dev/mail`);
  await look('mailbox');
  await page.getByRole('row').nth(1).getByRole('link').click();
  await page.waitForURL(/\/dev\/mail\/./);
  await page.frameLocator('.mail-frame').getByRole('link').first().waitFor();
  await look('mail');
  await page.goto(`${origin}/docs`);
  await page.locator('summary', { hasText: 'POST /product/payment' }).click();
  await page.getByText('paymentDetails.token').waitFor();
  await look('docs');
  await page.goto(`${origin}/problems`);
  await look('problems');
  await page.getByRole('link', { name: 'sold-out' }).click();
  await page.waitForURL(/\/problems\/sold-out$/);
  await look('problem');
  const answer = await page.goto(`${origin}/nothing/here`);
  assert.equal(answer?.status(), 404);
  await look('not-found');
  const malformed = await page.goto(`${origin}${product}?pagination=none`);
  assert.equal(malformed?.status(), 422);
  await look('malformed');
}

async function signIn({ page }: Visitor, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

function drawing(): Promise<Buffer> {
  const lamp = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="800"><rect width="800" height="800" fill="#0d5f56"/>
<circle cx="400" cy="330" r="190" fill="#f2b632"/><rect x="310" y="520" width="180" height="120" rx="24" fill="#f6f3ea"/></svg>`;
  return sharp(Buffer.from(lamp)).png().toBuffer();
}
