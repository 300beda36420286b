import { type Html, html } from '../../../lib/html.ts';
import type { KeptMail } from '../../../modules/notices/index.ts';
import { emptyState } from '../../kit/components/empty-state.ts';
import { keyValues } from '../../kit/components/key-values.ts';
import { pageHead, panel } from '../../kit/components/section.ts';
import { table } from '../../kit/components/table.ts';
import { exactTime } from '../../kit/components/time.ts';
import { layout } from '../../kit/layout.ts';

type Caller = { name: string; roles: readonly string[] } | undefined;

export function mailboxPage(mails: readonly KeptMail[], caller: Caller): Html {
  return layout({
    title: 'Mailbox',
    caller,
    robots: 'noindex',
    main: html`${pageHead('Mailbox', html`<p class="muted">Every mail of this demo shop, newest first</p>`)}
${
  mails.length === 0
    ? emptyState('No mail yet', html`<p>Buy something: the first mail comes with the order.</p>`)
    : table(
        'Mails',
        [{ title: 'Subject' }, { title: 'To' }, { title: 'Written' }, { title: 'Sent' }],
        mails.map((mail) => [
          html`<a href="/dev/mail/${encodeURIComponent(mail.mailId)}">${mail.subject}</a>`,
          mail.recipient,
          exactTime(mail.createdAt),
          mail.sentAt ? exactTime(mail.sentAt) : 'kept here only',
        ]),
      )
}`,
  });
}

export function mailPage(mail: KeptMail, caller: Caller): Html {
  const path = `/dev/mail/${encodeURIComponent(mail.mailId)}`;
  return layout({
    title: mail.subject,
    caller,
    robots: 'noindex',
    main: html`<nav class="breadcrumbs" aria-label="Breadcrumbs"><ol><li><a href="/dev/mail">Mailbox</a></li></ol></nav>
${pageHead(mail.subject)}
${keyValues([
  ['To', mail.recipient],
  ['Written', exactTime(mail.createdAt)],
])}
<iframe class="mail-frame" src="${path}/body" title="The mail as it looks" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>
${panel('As text', html`<p class="mail-text">${linked(mail.textBody)}</p>`)}`,
  });
}

/** The text with its line ends, its addresses as links. */
function linked(text: string): Html[] {
  return text
    .split('\n')
    .map((line) => html`${/^https?:\/\/\S+$/.test(line) ? html`<a href="${line}">${line}</a>` : line}<br>`);
}
