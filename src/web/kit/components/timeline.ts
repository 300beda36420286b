// The way of an order: what has happened, with time and place, then what still comes.
import { type Html, html, nothing } from '../../../lib/html.ts';
import { exactTime } from './time.ts';

export type TimelineEvent = {
  sequence: number;
  state: string;
  at: Date | string;
  note: string | null;
  place: string | null;
};

const PARCEL_WAY = ['placed', 'packed', 'shipped', 'out_for_delivery', 'delivered'] as const;

const STATE_TEXTS: Record<string, string> = {
  placed: 'Order placed',
  packed: 'Packed',
  shipped: 'Shipped',
  out_for_delivery: 'Out for delivery',
  delivered: 'Delivered',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
  returned: 'Returned',
};

export function stateText(state: string): string {
  return STATE_TEXTS[state] ?? state;
}

/** The steps that still come: none once the order has left the parcel's way. */
export function stepsAhead(state: string): readonly string[] {
  const at = (PARCEL_WAY as readonly string[]).indexOf(state);
  return at === -1 ? [] : PARCEL_WAY.slice(at + 1);
}

/** What client/live-tracking.ts keeps fresh is the element around it: see there. */
export function orderTimeline(state: string, events: readonly TimelineEvent[]): Html {
  const last = events.at(-1);
  return html`<ol class="timeline">${events.map(
    (event) =>
      html`<li class="done"${event === last ? html` aria-current="step"` : nothing}><h3>${stateText(event.state)}</h3><p class="muted">${exactTime(event.at)}${event.place ? html` · ${event.place}` : nothing}</p>${event.note ? html`<p>${event.note}</p>` : nothing}</li>`,
  )}${stepsAhead(state).map((step) => html`<li class="ahead"><h3>${stateText(step)}</h3></li>`)}</ol>`;
}
