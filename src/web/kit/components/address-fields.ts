// The fields of a postal address, the same wherever one is asked for.
import { type Html, html } from '../../../lib/html.ts';
import { COUNTRIES } from '../../../modules/accounts/index.ts';
import type { FormState } from '../form-again.ts';
import { selectField, textField } from './field.ts';

const COUNTRY_OPTIONS = [
  { value: '', text: 'Choose' },
  ...COUNTRIES.map(({ code, name }) => ({ value: code, text: name })),
];

/** `within`: the form's object that the fields stand in, with a dot at its end. `purpose`: for browsers that fill in forms. */
export function addressFields(
  { values, errors }: Pick<FormState, 'values' | 'errors'>,
  within = '',
  purpose = '',
): Html {
  const shared = (name: string, label: string, autocomplete: string) => ({
    name: within + name,
    label,
    autocomplete: purpose + autocomplete,
    value: values[within + name] ?? '',
    errors,
  });
  return html`${textField({ ...shared('name', 'Name', 'name'), required: true, maxLength: 100 })}
${textField({ ...shared('line1', 'Street and number', 'address-line1'), required: true, maxLength: 200 })}
${textField({ ...shared('line2', 'Flat, floor, company', 'address-line2'), maxLength: 200 })}
${textField({ ...shared('postalCode', 'Postal code', 'postal-code'), required: true, maxLength: 20, width: 'half' })}
${textField({ ...shared('city', 'City', 'address-level2'), required: true, maxLength: 100, width: 'half' })}
${textField({ ...shared('region', 'State or region', 'address-level1'), maxLength: 100 })}
${selectField({ ...shared('country', 'Country', 'country'), required: true, options: COUNTRY_OPTIONS })}`;
}
