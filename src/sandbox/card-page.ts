// The hosted page: a card is typed here and leaves as a token.
import type { Database } from '../lib/db.ts';
import { isCurrency } from '../lib/money.ts';
import { isOnOrigin, MAX_AMOUNT_MINOR } from './api.ts';
import { type Checkout, cardPage, messagePage } from './pages.ts';
import type { SandboxApp } from './server.ts';
import { insertCardToken } from './store.ts';
import { type CardCheck, checkCard, fingerprintOf, newCardToken, newSavedCardToken, TEST_CARDS } from './tokens.ts';

const TOKEN_LIFE_SECONDS = 1_800;
const SAVED_CARD_LIFE_SECONDS = 3 * 365 * 86_400;
const LONGEST_INPUT_CHARACTERS = 40;
const LONGEST_URL_CHARACTERS = 2_048;

type Fields = Record<string, unknown>;

export function cardPageRoutes(
  app: SandboxApp,
  { shopOrigin, apiKey }: { shopOrigin: string; apiKey: string },
  db: Database,
): void {
  app.get('/card', async (request, reply) => {
    const checkout = readCheckout(request.query as Fields, shopOrigin);
    if (checkout.kind === 'bad') return reply.code(400).send(badLink(checkout.message));
    return reply.send(String(cardPage(checkout, request.url, { number: '', expiry: '' }, {})));
  });

  app.post('/card', async (request, reply) => {
    const checkout = readCheckout(request.query as Fields, shopOrigin);
    if (checkout.kind === 'bad') return reply.code(400).send(badLink(checkout.message));
    const form = (request.body ?? {}) as Fields;
    const typed = { number: text(form.number), expiry: text(form.expiry) };
    const check = chosenTestCard(form) ?? checkCard({ ...typed, code: text(form.code) }, new Date());
    if (check.kind === 'refused')
      return reply.code(422).send(String(cardPage(checkout, request.url, typed, check.errors)));
    const { actsAs, brand, number } = check.card;
    const isSaved = checkout.pay === null;
    const token = isSaved ? newSavedCardToken() : newCardToken();
    const lifeSeconds = isSaved ? SAVED_CARD_LIFE_SECONDS : TOKEN_LIFE_SECONDS;
    const fingerprint = fingerprintOf(number, apiKey);
    await insertCardToken(db, { token, actsAs, brand, last4: number.slice(-4), fingerprint }, lifeSeconds);
    const back = new URL(checkout.returnUrl);
    back.searchParams.set('payment_token', token);
    return reply.redirect(back.href, 303);
  });
}

function badLink(message: string): string {
  return String(messagePage('This payment link is not right', `${message} Go back to the shop and try again.`));
}

function chosenTestCard(form: Fields): CardCheck | undefined {
  const card = TEST_CARDS.find((one) => one.number === form.test_card);
  return card ? { kind: 'accepted', card } : undefined;
}

function readCheckout(
  query: Fields,
  shopOrigin: string,
): ({ kind: 'ok' } & Checkout) | { kind: 'bad'; message: string } {
  const { amount, currency, return_url: returnUrl, save } = query;
  // Anything but the shop's own origin would make this page a way to send people and their tokens elsewhere.
  if (typeof returnUrl !== 'string' || returnUrl.length > LONGEST_URL_CHARACTERS || !isOnOrigin(returnUrl, shopOrigin))
    return { kind: 'bad', message: 'It does not lead back to the shop.' };
  if (save === 'on') return { kind: 'ok', pay: null, returnUrl };
  const amountMinor = typeof amount === 'string' && /^\d{1,12}$/.test(amount) ? Number(amount) : undefined;
  if (amountMinor === undefined || amountMinor > MAX_AMOUNT_MINOR)
    return { kind: 'bad', message: 'Its amount is missing or is no amount.' };
  if (typeof currency !== 'string' || !isCurrency(currency))
    return { kind: 'bad', message: 'Its currency is missing or unknown.' };
  return { kind: 'ok', pay: { amountMinor, currency }, returnUrl };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_INPUT_CHARACTERS) : '';
}
