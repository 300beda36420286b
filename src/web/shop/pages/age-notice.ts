import { type Html, html, nothing } from '../../../lib/html.ts';
import { notice } from '../../kit/components/notice.ts';

const STALE_AFTER_SECONDS = 5; // usually well under one; more means that the database is away

/** Prices and stock on a page come from this node's replica. When it cannot keep up, the page says so. */
export function ageNotice(ageSeconds: number): Html {
  if (ageSeconds <= STALE_AFTER_SECONDS) return nothing;
  return notice(
    'warn',
    html`<p>${ageText(ageSeconds)} Prices and stock may have changed; both are checked again when you buy.</p>`,
  );
}

function ageText(ageSeconds: number): string {
  if (!Number.isFinite(ageSeconds)) return 'What you see may be out of date.';
  const minutes = Math.round(ageSeconds / 60);
  return `What you see is as it was ${minutes < 2 ? `${Math.round(ageSeconds)} seconds` : `${minutes} minutes`} ago.`;
}
