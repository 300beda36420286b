// The provider's own pages. They look like nobody's shop, so that whoever types a card knows to whom.
import { type Html, html, nothing } from '../lib/html.ts';
import { formatMoney } from '../lib/money.ts';
import type { Charge } from './store.ts';
import { type CardErrors, TEST_CARDS, type TestCard } from './tokens.ts';

/** `pay` null: the card is kept for later. */
export type Checkout = { pay: { amountMinor: number; currency: string } | null; returnUrl: string };

function page(title: string, main: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <meta name="color-scheme" content="light dark">
  <title>${title} · Souk Sandbox Pay</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/pages.css">
</head>
<body>
  <header>
    <p class="brand"><span class="mark" aria-hidden="true"></span>Souk Sandbox Pay</p>
    <p class="test">Test provider: no money moves</p>
  </header>
  <main>${main}</main>
  <footer><p>A payment provider for trying things out. Never type a real card here.</p></footer>
</body>
</html>`;
}

/** What was typed before, without the security code: that one is typed anew. */
export type TypedCard = { number: string; expiry: string };

export function cardPage(checkout: Checkout, action: string, typed: TypedCard, errors: CardErrors): Html {
  const { pay, returnUrl } = checkout;
  const [verb, what] = pay ? ['Pay', formatMoney(pay.amountMinor, pay.currency)] : ['Save', 'a card'];
  const wrong = Object.keys(errors).length > 0;
  return page(
    `${wrong ? 'Error: ' : ''}${verb} ${what}`,
    html`
    <h1><span class="lead">${verb}</span> ${what}</h1>
    <p class="to">${pay ? 'to' : 'for'} ${new URL(returnUrl).host}</p>
    ${wrong ? html`<p class="wrong" role="alert">Please correct what is marked below. Nothing was charged.</p>` : nothing}
    <form method="post" action="${action}" novalidate autocomplete="on" class="panel">
      <h2>Card</h2>
      ${field({
        name: 'number',
        label: 'Card number',
        value: typed.number,
        autocomplete: 'cc-number',
        maxLength: 23,
        error: errors.number,
      })}
      <div class="pair">
        ${field({
          name: 'expiry',
          label: 'Valid until (MM/YY)',
          value: typed.expiry,
          autocomplete: 'cc-exp',
          maxLength: 9,
          error: errors.expiry,
        })}
        ${field({
          name: 'code',
          label: 'Security code',
          value: '',
          autocomplete: 'cc-csc',
          maxLength: 4,
          error: errors.code,
        })}
      </div>
      <button type="submit" class="primary">Continue</button>
      <p class="note">The shop gets a token, never the card number. ${pay ? 'It charges the card on its own page.' : 'Nothing is charged until you buy something.'}</p>
    </form>
    <form method="post" action="${action}" class="panel">
      <h2>Or use a test card</h2>
      <ul class="cards">${TEST_CARDS.map(testCardItem)}</ul>
      <p class="note">Typed by hand, they take any date to come and any three digits.</p>
    </form>
    <p class="back"><a href="${returnUrl}">Back to the shop without ${pay ? 'paying' : 'saving a card'}</a></p>`,
  );
}

type Field = {
  name: keyof CardErrors;
  label: string;
  value: string;
  autocomplete: string;
  maxLength: number;
  error: string | undefined;
};

function field({ name, label, value, autocomplete, maxLength, error }: Field): Html {
  const described = error ? html` aria-invalid="true" aria-describedby="${name}-error"` : nothing;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" value="${value}" type="text" inputmode="numeric" autocomplete="${autocomplete}"
      maxlength="${maxLength}" spellcheck="false" required${described}>
    ${error ? html`<p class="field-error" id="${name}-error">${error}</p>` : nothing}
  </div>`;
}

function testCardItem(card: TestCard): Html {
  return html`<li>
    <p><span class="number">${card.number.replace(/(.{4})(?=.)/g, '$1 ')}</span>
      <span class="effect">${card.brandName}. ${card.effect}.</span></p>
    <button type="submit" name="test_card" value="${card.number}"
      aria-label="Use the ${card.brandName} ending in ${card.number.slice(-4)}">Use</button>
  </li>`;
}

export function actionPage(charge: Charge, action: string): Html {
  const amount = formatMoney(charge.amount_minor, charge.currency);
  return page(
    `Approve ${amount}?`,
    html`
    <p class="lead">Your bank asks</p>
    <h1>Approve this payment?</h1>
    <dl class="panel">
      <div><dt>Amount</dt><dd class="amount">${amount}</dd></div>
      <div><dt>For</dt><dd>${charge.description}</dd></div>
      <div><dt>Shop</dt><dd>${new URL(charge.return_url).host}</dd></div>
      <div><dt>Card</dt><dd>ending in ${charge.last4}</dd></div>
    </dl>
    <form method="post" action="${action}" class="decision">
      <button type="submit" name="decision" value="approve" class="primary">Approve</button>
      <button type="submit" name="decision" value="refuse">Refuse</button>
    </form>`,
  );
}

export function decidedPage(charge: Charge): Html {
  const done = charge.state === 'succeeded' ? 'This payment was approved' : 'This payment was not made';
  return page(
    done,
    html`<h1>${done}</h1>
    <p>${formatMoney(charge.amount_minor, charge.currency)} for ${charge.description}. There is nothing left to decide here.</p>
    <p class="back"><a href="${charge.return_url}">Back to the shop</a></p>`,
  );
}

export function messagePage(title: string, message: string): Html {
  return page(
    title,
    html`<h1>${title}</h1>
    <p>${message}</p>`,
  );
}
