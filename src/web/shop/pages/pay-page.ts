import { type Html, html, nothing } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import { type Address, COUNTRIES } from '../../../modules/accounts/index.ts';
import type { Picture } from '../../../modules/catalog/index.ts';
import type { Reservation } from '../../../modules/inventory/index.ts';
import { addressLines } from '../../../modules/orders/index.ts';
import type { SavedMethod } from '../../../modules/payments/index.ts';
import { button, buttonLink, postButton } from '../../kit/components/button.ts';
import { hiddenField, selectField, textField } from '../../kit/components/field.ts';
import { methodText } from '../../kit/components/method.ts';
import { notice } from '../../kit/components/notice.ts';
import { noPicture, picture } from '../../kit/components/picture.ts';
import { pageHead, panel } from '../../kit/components/section.ts';
import { holdEnd } from '../../kit/components/time.ts';
import { layout } from '../../kit/layout.ts';

type Shown = {
  caller: { name: string; roles: readonly string[] };
  reservation: Reservation;
  title: string;
  picture: Picture | undefined;
  address: Address | undefined;
  methods: readonly SavedMethod[];
  token: string | undefined;
  declineCode: string | undefined;
  cardPageUrl: string;
  showTestCards: boolean;
};

const PICTURE_SIZE = '88px';
const TEST_CARDS = [
  ['tok_visa', 'Visa, succeeds'],
  ['tok_mastercard', 'Mastercard, succeeds'],
  ['tok_3ds', 'Visa, the bank asks you first'],
  ['tok_slow', 'Visa, takes five seconds'],
  ['tok_timeout', 'Visa, the answer gets lost'],
  ['tok_declined', 'Declined'],
  ['tok_insufficient_funds', 'Not enough money'],
] as const;

const DECLINE_WORDS: Readonly<Record<string, string>> = {
  insufficient_funds: 'The account does not have enough money.',
  expired_card: 'The card has expired.',
  provider_unavailable: 'The payment provider did not answer. Nothing was charged.',
  authentication_failed: 'The payment was not confirmed at the bank.',
  authentication_abandoned: 'The payment was not confirmed at the bank.',
  token_expired: 'The card has to be entered again.',
  token_already_used: 'The card has to be entered again.',
};

export function payPage(shown: Shown): Html {
  const { reservation, title, declineCode } = shown;
  const total = formatMoney(reservation.priceMinor, reservation.currency);
  return layout({
    title: 'Payment',
    caller: shown.caller,
    robots: 'noindex',
    scripts: ['countdown'],
    main: html`${pageHead('Payment')}
${declineCode ? notice('bad', html`<p><strong>Not paid.</strong> ${DECLINE_WORDS[declineCode] ?? 'The bank declined the payment.'} The unit is still yours: try another card.</p>`) : nothing}
<div class="checkout"><aside aria-label="What you are buying">${panel(
      'You are buying',
      html`<div class="buying"><div class="buying-picture">${shown.picture ? picture(shown.picture, PICTURE_SIZE, 'first', '') : noPicture}</div>
<div><p><a href="/product/${reservation.productId}">${title}</a></p><p class="price">${total}</p></div></div>
${hold(reservation)}`,
    )}</aside>
${payForm(shown, total)}
<div class="checkout-leave"><span>Changed your mind?</span> ${postButton(`/reservation/${reservation.reservationId}/release`, 'Let it go', {}, 'quiet')}</div></div>`,
  });
}

function hold(reservation: Reservation): Html {
  const [until, now] = [reservation.expiresAt.toISOString(), new Date().toISOString()];
  return html`<p class="checkout-hold" data-countdown="${until}" data-now="${now}" data-ended="The time to pay has run out. The unit went back on sale.">This unit is held for you until ${holdEnd(until, now)}.</p>`;
}

function payForm(shown: Shown, total: string): Html {
  const { reservation, token } = shown;
  return html`<form method="post" action="/product/payment">${hiddenField('productId', reservation.productId)}
${panel('Where should it go?', addressPart(shown.address))}
${panel('How do you pay?', token ? cardReady(token, shown) : methodPart(shown))}
${token || shown.showTestCards || shown.methods.length > 0 ? html`<p class="checkout-pay">${button(`Pay ${total}`)}</p>` : nothing}</form>`;
}

function cardReady(token: string, shown: Shown): Html {
  return html`${hiddenField('paymentDetails.token', token)}<p>The card you entered at the payment provider is ready. It is charged when you press Pay.</p><p><a href="${shown.cardPageUrl}">Use another card</a></p>`;
}

function methodPart(shown: Shown): Html {
  const saved = shown.methods.map((method) => [method.methodId, `Pay with ${methodText(method)}`] as const);
  const isChoice = saved.length > 0 || shown.showTestCards;
  const enter = html`<p>${buttonLink(shown.cardPageUrl, 'Enter a card', isChoice ? 'quiet' : 'primary')}</p>
<p class="muted">Opens the payment provider’s page. Your card number never reaches this shop.</p>`;
  if (!isChoice) return enter;
  return html`${choices('Your saved cards', saved, true)}${shown.showTestCards ? choices('A test card of the sandbox', TEST_CARDS, saved.length === 0) : nothing}<p class="muted">Or type one:</p>${enter}`;
}

function choices(
  legend: string,
  options: readonly (readonly [value: string, label: string])[],
  isFirst: boolean,
): Html {
  if (options.length === 0) return nothing;
  return html`<fieldset class="choices"><legend>${legend}</legend>${options.map(
    ([value, label], n) =>
      html`<label class="choice"><input type="radio" name="paymentDetails.token" value="${value}"${isFirst && n === 0 ? html` checked` : nothing}> ${label}</label>`,
  )}</fieldset>`;
}

function addressPart(address: Address | undefined): Html {
  if (address) {
    return html`<p>${addressLines(address).map((line, n) => html`${n === 0 ? nothing : html`<br>`}${line}`)}</p><p><a href="/me">Change your address</a></p>`;
  }
  const field = (
    name: string,
    label: string,
    autocomplete: string,
    options: { required?: boolean; width?: 'short' | 'half'; maxLength: number },
  ): Html =>
    textField({
      name: `paymentDetails.shippingAddress.${name}`,
      label,
      autocomplete: `shipping ${autocomplete}`,
      ...options,
    });
  return html`<div class="form">${field('name', 'Name', 'name', { required: true, maxLength: 100 })}
${field('line1', 'Street and number', 'address-line1', { required: true, maxLength: 200 })}
${field('line2', 'Flat, floor, company', 'address-line2', { maxLength: 200 })}
${field('postalCode', 'Postal code', 'postal-code', { required: true, width: 'half', maxLength: 20 })}
${field('city', 'Town or city', 'address-level2', { required: true, width: 'half', maxLength: 100 })}
${field('region', 'State or region', 'address-level1', { maxLength: 100 })}
${selectField({
  name: 'paymentDetails.shippingAddress.country',
  label: 'Country',
  autocomplete: 'shipping country',
  required: true,
  options: [
    { value: '', text: 'Choose' },
    ...COUNTRIES.map((country) => ({ value: country.code, text: country.name })),
  ],
})}</div>`;
}
