import { type Html, html, nothing } from '../../../lib/html.ts';

/** The last one is the page itself where it has no address. */
export type Crumb = { text: string; href?: string };

export function breadcrumbs(crumbs: readonly Crumb[]): Html {
  if (crumbs.length === 0) return nothing;
  return html`<nav class="breadcrumbs" aria-label="Breadcrumbs"><ol>${crumbs.map((crumb) =>
    crumb.href === undefined
      ? html`<li aria-current="page">${crumb.text}</li>`
      : html`<li><a href="${crumb.href}">${crumb.text}</a></li>`,
  )}</ol></nav>`;
}

/** https://schema.org/BreadcrumbList, as search engines read it. */
export function breadcrumbList(crumbs: readonly Crumb[], origin: string): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'BreadcrumbList',
    itemListElement: crumbs.map((crumb, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name: crumb.text,
      ...(crumb.href === undefined ? {} : { item: `${origin}${crumb.href}` }),
    })),
  };
}
