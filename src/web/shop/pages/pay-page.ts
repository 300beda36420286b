import { type Html, html, nothing, queryString } from '../../../lib/html.ts';
import { formatMoney } from '../../../lib/money.ts';
import type { Address } from '../../../modules/accounts/index.ts';
import type { Picture } from '../../../modules/catalog/index.ts';
import type { Reservation } from '../../../modules/inventory/index.ts';
import { addressLines } from '../../../modules/orders/index.ts';
import type { SavedMethod } from '../../../modules/payments/index.ts';
import { addressFields } from '../../kit/components/address-fields.ts';
import { button, buttonLink, postButton } from '../../kit/components/button.ts';
import { hiddenField } from '../../kit/components/field.ts';
import { formFault } from '../../kit/components/form-fault.ts';
import { methodText } from '../../kit/components/method.ts';
import { notice } from '../../kit/components/notice.ts';
import { noPicture, picture } from '../../kit/components/picture.ts';
import { pageHead, panel } from '../../kit/components/section.ts';
import { holdEnd } from '../../kit/components/time.ts';
import type { FormState } from '../../kit/form-again.ts';
import { layout } from '../../kit/layout.ts';
import { payPath } from '../reservation-json.ts';

// Dots nest in a form's names.
export const ADDRESS_FIELD = 'paymentDetails.shippingAddress.';
export const TOKEN_FIELD = 'paymentDetails.token';

type Shown = {
  caller: { name: string; roles: readonly string[] };
  reservation: Reservation;
  title: string;
  picture: Picture | undefined;
  address: Address | undefined;
  methods: readonly SavedMethod[];
  /** A card that was entered at the provider, or the choice in a form that came back. */
  token: string | undefined;
  declineCode: string | undefined;
  /** Filled in and refused, or empty. */
  form: FormState;
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
${formFault(shown.form)}
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
  const { reservation, methods, showTestCards, token } = shown;
  const offered = [
    ...methods.map(({ methodId }) => methodId),
    ...(showTestCards ? TEST_CARDS.map(([card]) => card) : []),
  ];
  const isEntered = token !== undefined && !offered.includes(token);
  return html`<form method="post" action="/product/payment">${hiddenField('productId', reservation.productId)}
${panel('Where should it go?', addressPart(shown))}
${panel('How do you pay?', isEntered ? cardReady(token, shown) : methodPart(shown))}
${isEntered || offered.length > 0 ? html`<p class="checkout-pay">${button(`Pay ${total}`)}</p>` : nothing}</form>`;
}

function cardReady(token: string, shown: Shown): Html {
  return html`${hiddenField(TOKEN_FIELD, token)}<p>The card you entered at the payment provider is ready. It is charged when you press Pay.</p><p><a href="${shown.cardPageUrl}">Use another card</a></p>`;
}

function methodPart(shown: Shown): Html {
  const saved = shown.methods.map((method) => [method.methodId, `Pay with ${methodText(method)}`] as const);
  const isChoice = saved.length > 0 || shown.showTestCards;
  const enter = html`<p>${buttonLink(shown.cardPageUrl, 'Enter a card', isChoice ? 'quiet' : 'primary')}</p>
<p class="muted">Opens the payment provider’s page. Your card number never reaches this shop.</p>`;
  if (!isChoice) return enter;
  const chosen = shown.token ?? saved[0]?.[0] ?? TEST_CARDS[0][0];
  return html`${choices('Your saved cards', saved, chosen)}${shown.showTestCards ? choices('A test card of the sandbox', TEST_CARDS, chosen) : nothing}<p class="muted">Or type one:</p>${enter}`;
}

function choices(legend: string, options: readonly (readonly [value: string, label: string])[], chosen: string): Html {
  if (options.length === 0) return nothing;
  return html`<fieldset class="choices"><legend>${legend}</legend>${options.map(
    ([value, label]) =>
      html`<label class="choice"><input type="radio" name="${TOKEN_FIELD}" value="${value}"${value === chosen ? html` checked` : nothing}> ${label}</label>`,
  )}</fieldset>`;
}

function addressPart({ address, reservation, token, form }: Shown): Html {
  if (!address) return html`<div class="form">${addressFields(form, ADDRESS_FIELD, 'shipping ')}</div>`;
  const change = `/me${queryString({ next: payPath(reservation.reservationId) + queryString({ payment_token: token }) })}`;
  return html`<p>${addressLines(address).map((line, n) => html`${n === 0 ? nothing : html`<br>`}${line}`)}</p><p><a href="${change}">Change your address</a></p>`;
}
