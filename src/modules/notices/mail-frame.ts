// The frame of every mail in HTML. Mail programs know no style sheets, so styles stand in the tags.
import { type Html, type HtmlValue, html, nothing } from '../../lib/html.ts';

export const QUIET = 'margin:0;color:#56625e;font-size:14px;line-height:21px';

export function mailFrame(mail: {
  heading: string;
  recipientName: string;
  text: string;
  /** What it is about, between two lines. */
  box: HtmlValue;
  action?: { url: string; label: string };
  footnote?: string;
}): Html {
  const { heading, recipientName, text, box, action, footnote } = mail;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${heading}</title></head>
<body style="margin:0;background:#f6f6f2;color:#18211f;font-family:Helvetica,Arial,sans-serif">
<div style="max-width:560px;margin:0 auto;padding:32px 20px">
<p style="margin:0 0 20px;font-size:18px;font-weight:bold;color:#0b6152">Souk</p>
<div style="background:#fff;border:1px solid #dddfd7;border-radius:12px;padding:28px">
<h1 style="margin:0 0 12px;font-size:24px;line-height:30px">${heading}</h1>
<p style="margin:0 0 8px;font-size:16px;line-height:24px">Hello ${recipientName},</p>
<p style="margin:0 0 20px;font-size:16px;line-height:24px">${text}</p>
<div style="border-top:1px solid #dddfd7;border-bottom:1px solid #dddfd7;padding:16px 0;margin:0 0 24px">
${box}
</div>
${
  action
    ? html`<a href="${action.url}" target="_blank" style="display:inline-block;background:#0b6152;color:#fff;padding:12px 22px;border-radius:8px;font-weight:bold;text-decoration:none">${action.label}</a>
`
    : nothing
}</div>
${
  footnote
    ? html`<p style="margin:20px 0 0;color:#56625e;font-size:13px;line-height:19px">${footnote}</p>
`
    : nothing
}</div>
</body></html>`;
}

const MAX_SUBJECT_TITLE = 60;

/** A product's title where a subject has room for it. */
export function shortened(title: string): string {
  const oneLine = title.replace(/\s+/g, ' ').trim();
  return oneLine.length <= MAX_SUBJECT_TITLE ? oneLine : `${oneLine.slice(0, MAX_SUBJECT_TITLE - 1).trimEnd()}…`;
}

export function boldLine(text: string): Html {
  return html`<p style="margin:0 0 4px;font-size:16px;line-height:22px;font-weight:bold">${text}</p>`;
}
