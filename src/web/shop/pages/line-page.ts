// The page of somebody who waits in line. client/line.ts keeps it up to date; without scripts it reloads itself.
import { type Html, html, nothing } from '../../../lib/html.ts';
import type { ReplicaDocument } from '../../../modules/search/index.ts';
import { buttonLink, postButton } from '../../kit/components/button.ts';
import { countText } from '../../kit/components/count.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { notice } from '../../kit/components/notice.ts';
import { noPicture, picture } from '../../kit/components/picture.ts';
import { price } from '../../kit/components/price.ts';
import { pageHead, panel } from '../../kit/components/section.ts';
import { exactTime, holdEnd } from '../../kit/components/time.ts';
import { layout } from '../../kit/layout.ts';
import type { LineView } from '../line-json.ts';
import { linePath } from '../ticket-json.ts';

type Shown = {
  caller: { name: string; roles: readonly string[] };
  view: LineView;
  /** Undefined: this node has not heard of the product yet. */
  document: ReplicaDocument | undefined;
  isLottery: boolean;
  /** Reloads by itself, without scripts. */
  refreshes: boolean;
};

/** How a wait ended without a unit to pay for. */
export const CLOSING_WORDS = {
  closed: {
    reason: 'sold-out',
    heading: 'Sold out',
    message:
      'Every unit has been paid for. You keep your place: should an order be cancelled, its unit goes to the first in line, with a mail.',
  },
  bought: { reason: 'bought', heading: 'You have bought it', message: 'The order stands under your orders.' },
  lapsed: {
    reason: 'lapsed',
    heading: 'The time to pay ran out',
    message: 'The unit went to the next in line. You can join again at its end.',
  },
  left: { reason: 'left', heading: 'You have left the line', message: 'You can join again, at its end.' },
} as const;

const NEAR_POSITIONS = 20;
const NEAR_REFRESH_SECONDS = 3;
const REFRESH_SECONDS = 10;

/** How soon a page without scripts looks again; never, where nothing is to come. */
export function refreshSeconds({ state, position }: LineView): number | undefined {
  if (state !== 'waiting') return undefined;
  return position !== null && position <= NEAR_POSITIONS ? NEAR_REFRESH_SECONDS : REFRESH_SECONDS;
}

export function linePage(shown: Shown): Html {
  const { view, refreshes } = shown;
  const waits = view.state === 'waiting';
  return layout({
    title: headingOf(shown),
    caller: shown.caller,
    robots: 'noindex',
    scripts: refreshes ? [] : [...(waits ? ['line'] : []), 'countdown'],
    // A reload in the middle of reading is for those only who cannot be told otherwise; hence an address of its own.
    head:
      waits && !refreshes
        ? html`<noscript><meta http-equiv="refresh" content="0; url=${linePath(view.ticketId)}?refresh=on"></noscript>`
        : nothing,
    main: html`${pageHead(headingOf(shown))}
<div class="columns columns-pay"><div>${panel(view.state === 'granted' ? 'Held for you' : 'Your place', standing(shown))}</div>
<aside>${panel('What you are waiting for', product(shown))}${waits ? panel('Its units', units(view)) : nothing}</aside></div>`,
  });
}

function headingOf({ view, isLottery }: Shown): string {
  if (view.state === 'granted') return 'It is your turn';
  if (view.state !== 'waiting') return CLOSING_WORDS[view.state].heading;
  return isLottery && view.position === null ? 'You are in the draw' : 'You are in line';
}

function standing(shown: Shown): Html {
  const { view } = shown;
  switch (view.state) {
    case 'waiting':
      return waiting(shown);
    case 'granted':
      return granted(view);
    case 'bought':
      return html`<p>${CLOSING_WORDS.bought.message}</p><p>${buttonLink('/me/orders', 'Your orders')}</p>`;
    case 'closed':
      return html`${notice('info', html`<p>${CLOSING_WORDS.closed.message}</p>`)}${leaveButton(view)}`;
    default:
      return html`<p>${CLOSING_WORDS[view.state].message}</p>
${postButton('/product/purchase', 'Join the line again', { productId: view.productId })}`;
  }
}

function waiting({ view, refreshes }: Shown): Html {
  return html`<div data-line="${linePath(view.ticketId)}">
<p class="line-place"><span class="figure" data-field="position">${placeText(view.position)}</span> <span>of <span data-field="waiting">${countText(view.waiting)}</span> waiting</span></p>
${opening(view)}
<p data-field="estimate">${view.estimate}</p>
<p class="muted">As soon as there is a unit for you it is held for you, and you get a mail: nobody has to be faster than others. ${
    refreshes
      ? html`This page looks again every few seconds. `
      : html`This page follows the line. <a href="${linePath(view.ticketId)}">Look again</a> if it stands still. `
  }You can close it and keep your place.</p>
${leaveButton(view)}</div>
<p class="visually-hidden" data-line-status role="status"></p>`;
}

/** client/line.ts writes it the same way. */
function placeText(position: number | null): string {
  return position === null ? 'To be drawn' : `Number ${countText(position)}`;
}

function opening({ opensAt, serverTime }: LineView): Html {
  if (Date.parse(opensAt) <= Date.parse(serverTime)) return nothing;
  return html`<p data-countdown="${opensAt}" data-now="${serverTime}" data-ended="It is open: units are being given out.">Opens ${exactTime(opensAt)}</p>`;
}

function granted({ reservation, serverTime }: LineView): Html {
  if (!reservation) return html`<p>A unit is held for you.</p>`;
  const { expiresAt, paymentPage, reservationId } = reservation;
  return html`<p data-countdown="${expiresAt}" data-now="${serverTime}" data-ended="The time to pay has run out. The unit goes to the next in line.">A unit is held for you until ${holdEnd(expiresAt, serverTime)}.</p>
<p>${buttonLink(paymentPage, 'Pay now')}</p>
${postButton(`/reservation/${reservationId}/release`, 'Let it go', {}, 'quiet')}`;
}

function leaveButton({ ticketId }: LineView): Html {
  return postButton(`${linePath(ticketId)}/leave`, 'Leave the line', {}, 'quiet');
}

function product({ view, document }: Shown): Html {
  const path = `/product/${view.productId}/`;
  if (!document) return html`<p><a href="${path}">The product</a></p>`;
  const [first] = document.pictures;
  return html`<div class="buying"><div class="buying-picture">${first ? picture(first, '120px', 'first', '') : noPicture}</div>
<div><p><a href="${path}">${document.title}</a></p><p>${price(document.priceMinor, document.currency)}</p></div></div>`;
}

function units({ units: { available, held, sold } }: LineView): Html {
  return keyValues([
    ['Left', html`<span data-field="available">${countText(available)}</span>`],
    ['Being paid for', html`<span data-field="held">${countText(held)}</span>`],
    ['Paid for', html`<span data-field="sold">${countText(sold)}</span>`],
  ]);
}
