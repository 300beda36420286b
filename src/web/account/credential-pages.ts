// The pages to sign in and to register: two forms that lead to each other and keep where the reader wanted to go.
import { type Html, html, queryString } from '../../lib/html.ts';
import {
  EMAIL_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
} from '../../modules/accounts/index.ts';
import { button } from '../kit/components/button.ts';
import { textField } from '../kit/components/field.ts';
import { formFault } from '../kit/components/form-fault.ts';
import { narrow } from '../kit/components/section.ts';
import type { FormState } from '../kit/form-again.ts';
import { layout } from '../kit/layout.ts';

export function signInPage(state: FormState, next: string): Html {
  return credentialPage('Sign in', state, {
    action: `/auth/login${carry(next)}`,
    fields: html`${emailField(state)}${textField({
      name: 'password',
      label: 'Password',
      type: 'password',
      required: true,
      maxLength: PASSWORD_MAX_CHARACTERS,
      autocomplete: 'current-password',
      errors: state.errors,
    })}`,
    below: html`New here? <a href="/auth/register${carry(next)}">Create an account</a>`,
  });
}

export function registerPage(state: FormState, next: string): Html {
  return credentialPage('Create an account', state, {
    action: `/auth/register${carry(next)}`,
    fields: html`${textField({
      name: 'name',
      label: 'Name',
      value: state.values.name ?? '',
      required: true,
      maxLength: NAME_MAX_CHARACTERS,
      autocomplete: 'name',
      errors: state.errors,
    })}${emailField(state)}${textField({
      name: 'password',
      label: 'Password',
      hint: `At least ${PASSWORD_MIN_CHARACTERS} characters. A few words are better than one with signs in it.`,
      type: 'password',
      required: true,
      minLength: PASSWORD_MIN_CHARACTERS,
      maxLength: PASSWORD_MAX_CHARACTERS,
      autocomplete: 'new-password',
      errors: state.errors,
    })}`,
    below: html`You have an account? <a href="/auth/login${carry(next)}">Sign in</a>`,
  });
}

function credentialPage(title: string, state: FormState, form: { action: string; fields: Html; below: Html }): Html {
  const main = narrow(html`<h1>${title}</h1>
${formFault(state)}
<form class="form" method="post" action="${form.action}">${form.fields}<p class="actions">${button(title)}</p></form>
<p>${form.below}</p>`);
  return layout({ title, caller: undefined, main, robots: 'noindex' });
}

function emailField(state: FormState): Html {
  return textField({
    name: 'email',
    label: 'E-mail',
    type: 'email',
    value: state.values.email ?? '',
    required: true,
    maxLength: EMAIL_MAX_CHARACTERS,
    autocomplete: 'username',
    errors: state.errors,
  });
}

function carry(next: string): string {
  return next === '/' ? '' : queryString({ next });
}
