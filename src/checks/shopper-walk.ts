// A shopper's way through the shop, from looking around to the parcel. Each page on it is looked at.
import assert from 'node:assert/strict';
import { type ApiCaller, signInToApi } from './demo-shop.ts';
import type { Visitor } from './visitor.ts';

const PASSWORD = 'a few plain words';
const ADDRESS = { name: 'Nora Newcomer', line1: '7 Lantern Row', postalCode: '97000', city: 'Port Averill' };
const NEXT_STATES: Readonly<Record<string, string>> = {
  placed: 'packed',
  packed: 'shipped',
  shipped: 'out_for_delivery',
  out_for_delivery: 'delivered',
};

/** Home, suggestions, results, filters, sorting, the second page, a misspelt word, and finding nothing. */
export async function lookAround({ page, origin, hasScripts, look }: Visitor): Promise<void> {
  await page.goto(origin);
  await look('home');

  const box = page.getByLabel('Search all products');
  if (hasScripts) {
    await box.pressSequentially('orva');
    await page.getByRole('option').first().waitFor();
    await look('suggestions');
  }
  await box.fill('orvane');
  await box.press('Enter');
  await page.waitForURL(/\/search\?term=orvane$/);
  const total = await countOf(page.getByRole('status'));
  await look('search');

  await openFilters({ page });
  await page.getByRole('complementary').getByRole('link', { name: 'Orvane Direct' }).click();
  await page.waitForURL(/seller=/);
  const filtered = await countOf(page.getByRole('status'));
  assert.ok(filtered > 0 && filtered < total, `${filtered} of ${total}`);
  await look('search-filtered');

  await page.getByRole('link', { name: 'Cheapest' }).click();
  await page.waitForURL(/sort=price_asc/);
  const prices = (await page.locator('.card .price').allTextContents()).map((text) =>
    Number(text.replace(/[$,]/g, '')),
  );
  assert.deepEqual(
    prices,
    prices.toSorted((a, b) => a - b),
  );
  await page.getByRole('link', { name: /From Orvane Direct.*take off/ }).click();
  await page.getByRole('navigation', { name: 'Pages of results' }).getByRole('link', { name: 'Next' }).click();
  await page.waitForURL(/page=2/);
  assert.equal(await page.locator('.pagination [aria-current=page]').textContent(), '2');

  await page.goto(`${origin}/search?term=smartphne`);
  await page
    .getByText(/^Showing results for/)
    .getByRole('link', { name: 'smartphone' })
    .waitFor();
  await look('search-corrected');
  await page.goto(`${origin}/search?term=xyzzyqqq`);
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
  await look('search-nothing');
}

/** A product with its variants and the second page of its reviews. Answers where it is. */
export async function chooseProduct({ page, origin, look }: Visitor): Promise<string> {
  await page.goto(`${origin}/search?term=orvane+nova+x1`);
  await page.locator('.card').getByRole('link', { name: 'Orvane Nova X1 Smartphone' }).first().click();
  await page.waitForURL(/\/product\/\d+$/);
  const variants = page.getByRole('navigation', { name: 'Variants' });
  await variants.getByRole('link', { name: 'Silver' }).click();
  await variants.getByRole('link', { name: '512 GB' }).click();
  await page.getByRole('heading', { level: 1, name: '512 GB, Silver' }).waitFor();
  await look('product');
  const path = new URL(page.url()).pathname;

  await page.getByRole('navigation', { name: 'Pages of reviews' }).getByRole('link', { name: 'Page 2' }).click();
  await page.waitForURL(/pagination=2/);
  assert.equal(await page.locator('.pagination [aria-current=page]').textContent(), '2');
  await look('product-reviews');
  return path;
}

/** Pressing Buy leads to an account and back to the product. */
export async function becomeCustomer({ page, origin, look }: Visitor, product: string, email: string): Promise<void> {
  await page.goto(origin + product);
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.waitForURL(/\/auth\/login\?next=/);
  await look('sign-in');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await look('register');
  await page.getByLabel('Name', { exact: true }).fill(ADDRESS.name);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.waitForURL(origin + product);
}

/** A declined card, a bank that is refused, then a card that works. Answers the order's tracking address. */
export async function buy(visitor: Visitor, product: string): Promise<string> {
  const { page, origin, hasScripts, look } = visitor;
  await pressBuy(visitor, product);
  if (hasScripts) {
    const clock = page.getByRole('timer');
    const before = await clock.textContent();
    assert.match(before ?? '', /^\d:\d\d$|^10:00$/);
    await clock.filter({ hasNotText: before ?? '' }).waitFor();
  } else {
    assert.match((await page.locator('[data-countdown] time').textContent()) ?? '', /^\d\d:\d\d UTC$/);
  }
  await look('payment');

  await payWith(visitor, 'Declined');
  await page.getByRole('alert').getByText('The bank declined the payment').waitFor();
  await look('payment-declined');

  await payWith(visitor, 'Visa, the bank asks you first');
  await page.waitForURL(/\/action\/ch_/);
  await look('bank');
  await page.getByRole('button', { name: 'Refuse' }).click();
  await page.waitForURL(/\/pay\/.*declined=/);
  await page.getByRole('alert').getByText('not confirmed at the bank').waitFor();

  await payWith(visitor, 'Visa, succeeds');
  await page.waitForURL(/\/thanks\//);
  await look('thank-you');

  await page
    .locator('main')
    .getByRole('link', { name: /^[A-Z0-9-]+-\d+$|receipt/i })
    .first()
    .click();
  await page.waitForURL(/receipt/);
  await look('receipt');
  const pdfPath = await page.getByRole('link', { name: 'Save as PDF' }).getAttribute('href');
  const pdf = await page.request.get(origin + pdfPath);
  assert.equal(pdf.status(), 200);
  assert.match(pdf.headers()['content-type'] ?? '', /^application\/pdf/);
  assert.equal((await pdf.body()).subarray(0, 5).toString(), '%PDF-');

  await page.getByRole('link', { name: 'Follow the order' }).click();
  await page.waitForURL(/\/track\//);
  return page.url();
}

/** The seller moves the order while its buyer looks at it: with scripts the page moves by itself. */
export async function follow({ page, origin, hasScripts, look }: Visitor, seller: ApiCaller): Promise<void> {
  await look('tracking');
  const step = page.locator('.timeline [aria-current=step] h3');
  const before = await step.textContent();
  if (hasScripts) await page.evaluate('window.isStillThere = true');
  await moveOn(seller, origin, page.url());
  if (!hasScripts) await page.reload();
  await page
    .locator('.timeline [aria-current=step] h3')
    .filter({ hasNotText: before ?? '' })
    .waitFor();
  if (hasScripts) {
    assert.equal(await page.evaluate('window.isStillThere'), true, 'the page was not loaded again');
    assert.match((await page.locator('[data-live-status]').textContent()) ?? '', /^Now: /);
  }
  await look('tracking-moved');
}

/** The demo's carrier moves orders as well, and may have been quicker. */
async function moveOn(seller: ApiCaller, origin: string, trackUrl: string): Promise<void> {
  const orderId = new URL(trackUrl, origin).pathname.split('/').at(-1);
  const { state } = await seller.get<{ state: string }>(`/track/${orderId}`);
  const { status } = await seller.post(`/seller/orders/${orderId}/events`, {
    state: NEXT_STATES[state],
    place: 'Sorting centre North',
  });
  assert.ok(status === 201 || status === 409, `moving the order: ${status}`);
}

export async function ownPages({ page, origin, look }: Visitor): Promise<void> {
  await page.goto(`${origin}/me/orders`);
  await page.getByRole('heading', { name: 'Orvane Nova X1' }).first().waitFor();
  await look('orders');
  await page.getByRole('link', { name: 'Account' }).click();
  await look('account');
  await fillAddress({ page });
  await page.getByRole('button', { name: 'Save address' }).click();
  await page.getByText('Your address is saved.').waitFor();
}

/** The card is typed on the provider's page, first wrongly. */
export async function buyWithTypedCard(visitor: Visitor, product: string): Promise<void> {
  const { page, look } = visitor;
  await pressBuy(visitor, product);
  await page.getByRole('link', { name: 'Enter a card' }).click();
  await page.waitForURL(/\/card\?/);
  await look('card');
  await page.getByLabel('Card number').fill('4242 4242 4242 4241');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('A digit of this number is wrong.').waitFor();
  await look('card-wrong');
  await page.getByLabel('Card number').fill('4242 4242 4242 4242');
  await page.getByLabel('Valid until').fill('12/34');
  await page.getByLabel('Security code').fill('123');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(/\/pay\/.*payment_token=/);
  await look('payment-card-ready');
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.waitForURL(/\/thanks\//);
}

export async function buyWithApproval(visitor: Visitor, product: string): Promise<void> {
  const { page } = visitor;
  await pressBuy(visitor, product);
  await payWith(visitor, 'Visa, the bank asks you first');
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.waitForURL(/\/thanks\//);
}

export async function changeMind(visitor: Visitor, product: string): Promise<void> {
  const { page, origin, look } = visitor;
  await pressBuy(visitor, product);
  const payPage = page.url();
  await page.getByRole('button', { name: 'Let it go' }).click();
  await page.waitForURL(`${origin}/`);
  await page.goto(payPage);
  await page.getByRole('heading', { name: 'The time to pay has run out' }).waitFor();
  await look('hold-over');
}

/** The last unit goes to somebody else while the shopper still looks at it. */
export async function comeTooLate(visitor: Visitor, product: string): Promise<void> {
  const { page, origin, look } = visitor;
  await page.goto(origin + product);
  const buyButton = page.getByRole('button', { name: 'Buy now' });
  await buyButton.waitFor();
  const quicker = await signInToApi(origin, 'shopper@souk.test');
  const { status } = await quicker.post('/product/purchase', { productId: product.split('/').at(-1) });
  assert.equal(status, 303);
  await buyButton.click();
  await page.getByRole('heading', { name: 'Sold out' }).waitFor();
  await look('sold-out');
  // The stock that pages show is at most a second old.
  await page.waitForTimeout(1_500);
  await page.goto(origin + product);
  await page.locator('.buy-box').getByText('sold out for now').waitFor();
  await look('product-sold-out');
}

async function pressBuy({ page, origin }: Visitor, product: string): Promise<void> {
  if (page.url() !== origin + product) await page.goto(origin + product);
  await page.getByRole('button', { name: 'Buy now' }).click();
  await page.waitForURL(/\/pay\/[a-z0-9-]+$/);
}

async function payWith(visitor: Visitor, card: string): Promise<void> {
  const { page } = visitor;
  if ((await page.getByLabel('Street and number').count()) > 0) await fillAddress({ page });
  await page.getByLabel(card, { exact: true }).check();
  await page.getByRole('button', { name: /^Pay / }).click();
}

async function fillAddress({ page }: Pick<Visitor, 'page'>): Promise<void> {
  await page.getByLabel('Name', { exact: true }).fill(ADDRESS.name);
  await page.getByLabel('Street and number').fill(ADDRESS.line1);
  await page.getByLabel('Postal code').fill(ADDRESS.postalCode);
  await page.getByLabel(/^(Town or )?city$/i).fill(ADDRESS.city);
  await page.getByLabel('Country').selectOption('US');
}

/** On narrow screens the filters are folded. */
async function openFilters({ page }: Pick<Visitor, 'page'>): Promise<void> {
  const fold = page.locator('.facets > details > summary');
  if (await fold.isVisible()) await fold.click();
}

async function countOf(status: { textContent(): Promise<string | null> }): Promise<number> {
  return Number.parseInt(((await status.textContent()) ?? '').replaceAll(',', ''), 10);
}
