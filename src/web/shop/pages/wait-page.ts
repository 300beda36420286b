// On the way into a drop. With scripts client/proof-of-work.ts solves the puzzle and goes on; without them one waits.
import { type Html, html, nothing } from '../../../lib/html.ts';
import { button, buttonLink, postButton } from '../../kit/components/button.ts';
import { hiddenField } from '../../kit/components/field.ts';
import { narrow } from '../../kit/components/section.ts';
import { layout } from '../../kit/layout.ts';

export type Wait =
  | { kind: 'mail' }
  | { kind: 'method'; entry: 'entered' | 'free' | 'no-card' | 'card-taken' }
  /** `leftSeconds` 0: the wait is over and the token good. */
  | { kind: 'puzzle'; token: string; leftSeconds: number };

const TITLES = { mail: 'Verify your e-mail first', method: 'Save a card first', puzzle: 'One moment' } as const;

type Shown = { productId: number; title: string; caller: { name: string; roles: readonly string[] } };

export function waitPage(shown: Shown, wait: Wait): Html {
  const title = TITLES[wait.kind];
  return layout({
    title,
    caller: shown.caller,
    robots: 'noindex',
    scripts: wait.kind === 'puzzle' ? ['proof-of-work'] : [],
    main: narrow(html`<h1>${title}</h1>
<p><a href="/product/${shown.productId}">${shown.title}</a></p>
${wait.kind === 'mail' ? mail(shown) : wait.kind === 'method' ? method(shown, wait.entry) : puzzle(shown, wait)}`),
  });
}

function method({ productId }: Shown, entry: Extract<Wait, { kind: 'method' }>['entry']): Html {
  if (entry === 'entered' || entry === 'free')
    return html`<p>Your card is saved. It is charged only if you get a unit and pay for it.</p>
<div class="actions">${postButton('/product/purchase', 'Go on', { productId })}${buttonLink(`/product/${productId}`, 'Not now', 'quiet')}</div>`;
  if (entry === 'card-taken')
    return html`<p>Another account has entered this sale with your card, and each card lets in one customer. Save another one, or sign in with that account.</p>
<div class="actions">${buttonLink(`/me/payment-methods/new?for=${productId}`, 'Save another card')}${buttonLink(`/product/${productId}`, 'Not now', 'quiet')}</div>`;
  return html`<p>This sale is for accounts with a saved card, one customer a card. You enter it at the payment provider; this shop never sees its number, and nothing is charged until you buy.</p>
<div class="actions">${buttonLink(`/me/payment-methods/new?for=${productId}`, 'Save a card')}${buttonLink(`/product/${productId}`, 'Not now', 'quiet')}</div>`;
}

function mail({ productId }: Shown): Html {
  return html`<p>This sale is for accounts whose e-mail address was verified. We send you a link; open it, then come back.</p>
<div class="actions">${postButton('/me/verify-mail', 'Send me the link')}${postButton('/product/purchase', 'I have opened it', { productId }, 'quiet')}</div>`;
}

function puzzle({ productId }: Shown, { token, leftSeconds }: Extract<Wait, { kind: 'puzzle' }>): Html {
  const isOver = leftSeconds <= 0;
  return html`<p>This sale lets in people before programs, so everybody pauses here for a moment.</p>
<p data-proof-status role="status">${isOver ? 'You can go on now.' : nothing}</p>
<noscript>${isOver ? nothing : html`<p>In ${leftSeconds} seconds you can go on. This page loads again by itself then.</p>`}</noscript>
<form method="post" action="/product/purchase" data-proof="/product/${productId}/proof" data-wait-seconds="${leftSeconds}">
${hiddenField('productId', productId)}${hiddenField('proof', token)}
<p class="actions">${button('Go on')}${buttonLink(`/product/${productId}`, 'Not now', 'quiet')}</p></form>`;
}
