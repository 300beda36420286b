import { type Html, html, nothing, queryString } from '../../lib/html.ts';
import type { User } from '../../modules/accounts/index.ts';
import type { SavedMethod } from '../../modules/payments/index.ts';
import { addressFields } from '../kit/components/address-fields.ts';
import { button, buttonLink, postButton } from '../kit/components/button.ts';
import { formFault } from '../kit/components/form-fault.ts';
import { keyValues } from '../kit/components/key-values.ts';
import { methodText } from '../kit/components/method.ts';
import { notice } from '../kit/components/notice.ts';
import { pageHead, panel } from '../kit/components/section.ts';
import type { FormState } from '../kit/form-again.ts';
import { layout } from '../kit/layout.ts';

const SAVED_TEXTS = {
  address: 'Your address is saved.',
  card: 'Your card is saved.',
  'card-removed': 'That card is removed.',
} as const;

/** `methods` undefined: not shown, on the page of a form that was filled in wrongly. `next`: where an address is wanted, or `/`. */
export function mePage(
  user: User,
  methods: readonly SavedMethod[] | undefined,
  form: FormState,
  saved: keyof typeof SAVED_TEXTS | undefined,
  next: string,
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
${panel('Where your orders go', addressForm(user, form, next))}
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

function addressForm(user: User, form: FormState, next: string): Html {
  const values = { name: user.name, ...form.values };
  return html`${formFault(form)}
<form class="form" method="post" action="/me/address${next === '/' ? '' : queryString({ next })}">
${addressFields({ ...form, values })}
<p class="actions">${button('Save address')}${next === '/' ? nothing : html` <a href="${next}">Back without saving</a>`}</p></form>`;
}
