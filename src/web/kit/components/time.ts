// Dates as people read them. Pages are made for everybody, so they say UTC where the hour matters.
import { type Html, html } from '../../../lib/html.ts';

const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayWithYear = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const minute = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

function asDate(at: Date | string): Date {
  return typeof at === 'string' ? new Date(at) : at;
}

/** "Wed, 25 Nov" */
export function shortDay(at: Date | string): Html {
  const date = asDate(at);
  return html`<time datetime="${date.toISOString().slice(0, 10)}">${day.format(date)}</time>`;
}

/** "25 Nov 2026" */
export function longDay(at: Date | string): Html {
  const date = asDate(at);
  return html`<time datetime="${date.toISOString().slice(0, 10)}">${dayWithYear.format(date)}</time>`;
}

/** "25 Nov 2026, 14:03 UTC" */
export function exactTime(at: Date | string): Html {
  const date = asDate(at);
  return html`<time datetime="${date.toISOString()}">${minute.format(date)} UTC</time>`;
}
