// Form fields: a visible label, a hint, and the error beside the field it belongs to, all tied together for screen readers.
import { type Html, type HtmlValue, html, nothing } from '../../../lib/html.ts';

export type FieldErrors = readonly { pointer: string; message: string }[];

type Field = {
  name: string; // dots nest: shippingAddress.city is the pointer /shippingAddress/city
  label: string;
  hint?: string;
  value?: string;
  required?: boolean;
  autocomplete?: string;
  errors?: FieldErrors;
};

export type TextField = Field & {
  type?: 'text' | 'email' | 'password' | 'number' | 'tel' | 'search' | 'url' | 'datetime-local';
  minLength?: number;
  maxLength?: number;
  min?: number;
  max?: number;
  step?: number;
  inputMode?: 'numeric' | 'decimal';
  width?: 'short' | 'half';
};

function idOf(name: string): string {
  return `field-${name.replaceAll('.', '-')}`;
}

function errorOf(field: Field): string | undefined {
  const pointer = `/${field.name.replaceAll('.', '/')}`;
  return field.errors?.find((error) => error.pointer === pointer || error.pointer.endsWith(pointer))?.message;
}

function attribute(name: string, value: string | number | undefined): Html {
  return value === undefined ? nothing : html` ${name}="${value}"`;
}

function frame(field: Field, width: string | undefined, control: (shared: Html) => HtmlValue): Html {
  const id = idOf(field.name);
  const error = errorOf(field);
  const describedBy = [field.hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  const shared = html`id="${id}" name="${field.name}"${attribute('autocomplete', field.autocomplete)}${
    field.required ? html` required` : nothing
  }${attribute('aria-describedby', describedBy || undefined)}${error ? html` aria-invalid="true"` : nothing}`;
  return html`<div class="field${width ? ` field-${width}` : ''}"><label for="${id}">${field.label}${
    field.required ? nothing : html` <span class="optional">optional</span>`
  }</label>${field.hint ? html`<p class="hint" id="${id}-hint">${field.hint}</p>` : nothing}${
    error ? html`<p class="field-error" id="${id}-error">${error}</p>` : nothing
  }${control(shared)}</div>`;
}

export function textField(field: TextField): Html {
  return frame(
    field,
    field.width,
    (shared) =>
      html`<input type="${field.type ?? 'text'}" ${shared}${attribute('value', field.value)}${attribute('minlength', field.minLength)}${attribute('maxlength', field.maxLength)}${attribute('min', field.min)}${attribute('max', field.max)}${attribute('step', field.step)}${attribute('inputmode', field.inputMode)}>`,
  );
}

export function textArea(field: Field & { rows?: number; maxLength?: number }): Html {
  return frame(
    field,
    undefined,
    (shared) =>
      html`<textarea ${shared} rows="${field.rows ?? 5}"${attribute('maxlength', field.maxLength)}>${field.value ?? ''}</textarea>`,
  );
}

export function selectField(
  field: Field & { options: readonly { value: string; text: string }[]; width?: 'short' | 'half' },
): Html {
  return frame(
    field,
    field.width,
    (shared) =>
      html`<select ${shared}>${field.options.map(
        (option) =>
          html`<option value="${option.value}"${option.value === field.value ? html` selected` : nothing}>${option.text}</option>`,
      )}</select>`,
  );
}

export function hiddenField(name: string, value: string | number): Html {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

/** Pointers into the address: see fieldErrors in problems.ts. */
const OF_ADDRESS = /^\/(?:query|params|path)(?:\/|$)/;

/** At the top of a form that came back: what to correct. Errors that belong to no field of the form show here too. */
export function errorSummary(errors: FieldErrors): Html {
  if (errors.length === 0) return nothing;
  const what = errors.every(({ pointer }) => OF_ADDRESS.test(pointer)) ? 'address' : 'form';
  return html`<div class="notice notice-bad" role="alert"><p><strong>Please check the ${what}.</strong></p><ul>${errors.map(
    ({ pointer, message }) => html`<li>${pointer === '' ? nothing : `${labelOf(pointer)}: `}${message}</li>`,
  )}</ul></div>`;
}

/** What the forms call a field whose name does not say it. */
const LABELS: Readonly<Record<string, string>> = {
  attributeLines: 'Attributes',
  categoryPath: 'Category',
  decimal: 'Price',
  email: 'E-mail',
  gtin: 'GTIN',
  holdSeconds: 'Seconds to pay',
  line1: 'Street and number',
  line2: 'Flat, floor, company',
  perCustomerLimit: 'Units a customer',
  region: 'State or region',
};

/** /shippingAddress/postalCode -> Postal code */
function labelOf(pointer: string): string {
  const last = pointer.split('/').at(-1) ?? '';
  const label = LABELS[last];
  if (label !== undefined) return label;
  const words = last.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
