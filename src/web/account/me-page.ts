import { type Html, html } from '../../lib/html.ts';
import { type Address, COUNTRIES, type User } from '../../modules/accounts/index.ts';
import type { SavedMethod } from '../../modules/payments/index.ts';
import { button, buttonLink, postButton } from '../kit/components/button.ts';
import { errorSummary, selectField, textField } from '../kit/components/field.ts';
import { keyValues } from '../kit/components/key-values.ts';
import { methodText } from '../kit/components/method.ts';
import { notice } from '../kit/components/notice.ts';
import { pageHead, panel } from '../kit/components/section.ts';
import type { FormState } from '../kit/form-again.ts';
import { layout } from '../kit/layout.ts';

const COUNTRY_OPTIONS = COUNTRIES.map(({ code, name }) => ({ value: code, text: name }));

const SAVED_TEXTS = {
  address: 'Your address is saved.',
  card: 'Your card is saved.',
  'card-removed': 'That card is removed.',
} as const;

/** `methods` undefined: not shown, on the page of a form that was filled in wrongly. */
export function mePage(
  user: User,
  methods: readonly SavedMethod[] | undefined,
  form: FormState,
  saved: keyof typeof SAVED_TEXTS | undefined,
): Html {
  const main = html`${pageHead('Your account', buttonLink('/me/orders', 'Your orders', 'quiet'))}
${saved ? notice('good', SAVED_TEXTS[saved]) : undefined}
<div class="columns">${panel(
    'About you',
    html`${keyValues([
      ['Name', user.name],
      ['E-mail', user.email],
    ])}${postButton('/auth/logout', 'Sign out', {}, 'quiet')}`,
  )}
${panel('Where your orders go', addressForm(user, form))}
${methods ? html`<div id="payment-methods">${panel('Payment methods', savedMethods(methods))}</div>` : undefined}</div>`;
  return layout({ title: 'Your account', caller: user, main, robots: 'noindex' });
}

function savedMethods(methods: readonly SavedMethod[]): Html {
  return html`${
    methods.length === 0
      ? html`<p>No card is saved.</p>`
      : html`<ul class="saved-methods">${methods.map(
          (method) =>
            html`<li><span>${methodText(method)}</span>${postButton(`/me/payment-methods/${method.methodId}/remove`, 'Remove', {}, 'quiet')}</li>`,
        )}</ul>`
  }<p class="actions">${buttonLink('/me/payment-methods/new', 'Save a card', 'quiet')}</p>
<p class="muted">The payment provider keeps the card; its number never reaches this shop.</p>`;
}

function addressForm(user: User, { values, errors, fault }: FormState): Html {
  const line = (
    name: keyof Address,
    label: string,
    autocomplete: string,
    maxLength: number,
    options: { required?: boolean; width?: 'half' } = {},
  ) =>
    textField({ name, label, value: values[name] ?? '', autocomplete, maxLength, required: true, errors, ...options });
  return html`${errorSummary(errors)}${fault && notice('bad', html`<strong>${fault.title}.</strong> ${fault.help}`)}
<form class="form" method="post" action="/me/address">
${textField({ name: 'name', label: 'Name', value: values.name ?? user.name, autocomplete: 'name', maxLength: 100, required: true, errors })}
${line('line1', 'Street and number', 'address-line1', 200)}
${line('line2', 'More about the address', 'address-line2', 200, { required: false })}
${line('postalCode', 'Postal code', 'postal-code', 20, { width: 'half' })}
${line('city', 'City', 'address-level2', 100, { width: 'half' })}
${line('region', 'State or region', 'address-level1', 100, { required: false })}
${selectField({
  name: 'country',
  label: 'Country',
  value: values.country ?? '',
  options: [{ value: '', text: 'Choose' }, ...COUNTRY_OPTIONS],
  autocomplete: 'country',
  required: true,
  errors,
})}
<p class="actions">${button('Save address')}</p></form>`;
}
