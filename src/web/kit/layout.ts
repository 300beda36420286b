// The frame of every page: head, header with the search box, main, footer.
import { type Html, type HtmlValue, html, nothing, raw } from '../../lib/html.ts';
import { assetUrl } from './assets.ts';

/** Of the caller the frame shows the name, and a way to what their roles may do. */
type FrameCaller = { name: string; roles: readonly string[] };

export type Frame = {
  title: string;
  caller: FrameCaller | undefined;
  main: HtmlValue;
  head?: HtmlValue; // more for <head>: canonical address, og tags, JSON-LD
  scripts?: readonly string[]; // names of src/web/client files: ['countdown']
  robots?: 'noindex';
  term?: string; // what stands in the search box
};

const LOGO = raw(
  '<svg class="logo-mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">' +
    '<path class="logo-tile" d="M16 1l4.4 4.4h6.2v6.2L31 16l-4.4 4.4v6.2h-6.2L16 31l-4.4-4.4H5.4v-6.2L1 16l4.4-4.4V5.4h6.2z"/>' +
    '<path class="logo-door" d="M10.5 23.5v-7.2c0-3.6 2.6-5.2 5.5-8 2.9 2.8 5.5 4.4 5.5 8v7.2z"/></svg>',
);

const ROLE_LINKS: readonly { role: string; href: string; text: string }[] = [
  { role: 'seller', href: '/seller/products', text: 'Your shop' },
  { role: 'operator', href: '/operator/drops', text: 'Drops' },
  { role: 'operator', href: '/operator/audit', text: 'Books' },
  { role: 'operator', href: '/operator/search', text: 'Searches' },
];

function accountLinks(caller: FrameCaller | undefined): Html {
  if (!caller) return html`<li><a href="/auth/login">Sign in</a></li>`;
  return html`${ROLE_LINKS.filter((link) => caller.roles.includes(link.role)).map(
    (link) => html`<li><a href="${link.href}">${link.text}</a></li>`,
  )}<li><a href="/me/orders">Orders</a></li>
<li><a href="/me" title="Signed in as ${caller.name}">Account</a></li>
<li><form method="post" action="/auth/logout"><button class="link" type="submit">Sign out</button></form></li>`;
}

function header(caller: FrameCaller | undefined, term: string): Html {
  return html`<a class="skip" href="#main">Skip to content</a>
<header class="site-header"><div class="wrap">
<a class="logo" href="/">${LOGO}<span>Souk</span></a>
<form class="search" role="search" action="/search" method="get">
<label class="visually-hidden" for="search-term">Search all products</label>
<input id="search-term" name="term" type="search" value="${term}" placeholder="Search all products" maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false">
<button type="submit"><span class="visually-hidden">Search</span><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false"><path d="M8.5 3a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zm4 9.5 4.5 4.5" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg></button>
</form>
<nav aria-label="Account"><ul class="account-links">${accountLinks(caller)}</ul></nav>
</div></header>`;
}

const FOOTER = raw(`<footer class="site-footer"><div class="wrap">
<p><strong>Souk</strong> One market, many sellers. What you hold is yours until the clock runs out; what you pay for is on its way.</p>
<nav aria-label="Site"><ul><li><a href="/search">All products</a></li><li><a href="/me/orders">Your orders</a></li><li><a href="/docs">API</a></li></ul></nav>
</div></footer>`);

export function layout(frame: Frame): Html {
  // Suggestions live in the search box, which every page has.
  const scripts = ['suggest', ...(frame.scripts ?? [])];
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${frame.title} · Souk</title>
<link rel="stylesheet" href="${assetUrl('souk.css')}">
<link rel="icon" href="${assetUrl('favicon.svg')}" type="image/svg+xml">
<meta name="color-scheme" content="light dark">
${frame.robots ? html`<meta name="robots" content="${frame.robots}">` : nothing}${frame.head}
${scripts.map((name) => html`<script type="module" src="${assetUrl(`${name}.js`)}"></script>`)}
</head>
<body>
${header(frame.caller, frame.term ?? '')}
<main id="main" class="wrap" tabindex="-1">${frame.main}</main>
${FOOTER}
</body>
</html>`;
}
