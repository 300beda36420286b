// HTML is made by tagged templates that escape every value by default; `raw` is the only way around it.
import { html as template, raw as unescaped } from 'hono/html';

/** Markup that is safe to put into a page as it is. Send it with `String(markup)`. */
export type Html = ReturnType<typeof unescaped>;

/** What a template takes. No promises: a page is rendered in one go, after its data is there. */
export type HtmlValue = Html | string | number | boolean | null | undefined | readonly HtmlValue[];

// With no promise among the values the template answers at once, so the narrower type holds.
export const html = template as (strings: TemplateStringsArray, ...values: HtmlValue[]) => Html;

/** Markup that was escaped before (a cached piece of a page, a drawing of our own). Never for what came from outside. */
export function raw(markup: string): Html {
  return unescaped(markup);
}

export const nothing: Html = raw('');

/**
 * JSON for a `<script type="application/json">` or `application/ld+json` block. Inside a script element nothing is
 * unescaped but `</script` and `<!--` end or bend it, so no `<` may stand there.
 */
export function jsonInHtml(value: unknown): Html {
  return raw(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

type Parameter = string | number | boolean | readonly string[] | undefined;

/**
 * `?a=1&b=2`, or nothing where no parameter has a value. Lists repeat their name. By hand: a page of results has about
 * ninety addresses, and URLSearchParams took 60 µs for them.
 */
export function queryString(parameters: Record<string, Parameter>): string {
  let text = '';
  for (const name in parameters) {
    const value = parameters[name];
    if (value === undefined || value === '') continue;
    if (typeof value !== 'object') text += `${text === '' ? '?' : '&'}${name}=${encode(String(value))}`;
    else for (const one of value) text += `${text === '' ? '?' : '&'}${name}=${encode(one)}`;
  }
  return text;
}

const NEEDS_NO_ENCODING = /^[\w.-]*$/;

function encode(value: string): string {
  return NEEDS_NO_ENCODING.test(value) ? value : encodeURIComponent(value).replaceAll('%20', '+');
}
