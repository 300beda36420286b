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

const MAX_DAYS_REMEMBERED = 400;
const shortDays = new Map<string, Html>();

/** "Wed, 25 Nov". Every product page of a day shows the same two days, so they are written once. */
export function shortDay(at: Date | string): Html {
  const name = typeof at === 'string' ? at.slice(0, 10) : at.toISOString().slice(0, 10);
  let written = shortDays.get(name);
  if (!written) {
    if (shortDays.size >= MAX_DAYS_REMEMBERED) shortDays.clear();
    written = html`<time datetime="${name}">${day.format(new Date(name))}</time>`;
    shortDays.set(name, written);
  }
  return written;
}

/** "25 Nov 2026" */
export function longDay(at: Date | string): Html {
  const date = asDate(at);
  return html`<time datetime="${date.toISOString().slice(0, 10)}">${dayWithYear.format(date)}</time>`;
}

/** "25 Nov 2026, 14:03 UTC" */
export function exactTime(at: Date | string): Html {
  return html`<time datetime="${asDate(at).toISOString()}">${exactTimeText(at)}</time>`;
}

export function exactTimeText(at: Date | string): string {
  return `${minute.format(asDate(at))} UTC`;
}

/** "14:03 UTC", and for browsers that run no countdown how long that is: "(4:20 minutes from when this page came)". */
export function holdEnd(expiresAt: string, serverTime: string): Html {
  const leftSeconds = Math.max(0, Math.round((Date.parse(expiresAt) - Date.parse(serverTime)) / 1_000));
  const left = `${Math.floor(leftSeconds / 60)}:${String(leftSeconds % 60).padStart(2, '0')}`;
  return html`<time datetime="${expiresAt}">${expiresAt.slice(11, 16)} UTC</time><noscript> (${left} minutes from when this page came)</noscript>`;
}
