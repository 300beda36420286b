// The demo's mailbox: what would have been sent, for those who try the shop without a mail server.
import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import { listMail, loadMail } from '../../modules/notices/index.ts';
import { callerOf } from '../kit/caller.ts';
import { sendPage } from '../kit/negotiate.ts';
import type { App, Shop } from '../kit/shop.ts';
import { mailboxPage, mailPage } from './pages/mailbox-page.ts';

const MAX_MAILS_SHOWN = 100;
const MailParams = Type.Object({ mailId: Type.String({ minLength: 1, maxLength: 200 }) });
// A mail brings its own styles and nothing else: no scripts, no pictures from elsewhere, links open beside the mailbox.
const MAIL_BODY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/** Everybody's mail, so only where nobody's is real. */
export function mailboxRoutes(app: App, shop: Shop): void {
  app.get('/dev/mail', { schema: { hide: true } }, async (request, reply) => {
    const mails = await listMail(shop.db, MAX_MAILS_SHOWN);
    return sendPage(reply, mailboxPage(mails, callerOf(request)));
  });

  app.get('/dev/mail/:mailId', { schema: { hide: true, params: MailParams } }, async (request, reply) => {
    const mail = await loadMail(shop.db, request.params.mailId);
    if (!mail) throw problem('not-found');
    return sendPage(reply, mailPage(mail, callerOf(request)));
  });

  app.get('/dev/mail/:mailId/body', { schema: { hide: true, params: MailParams } }, async (request, reply) => {
    const mail = await loadMail(shop.db, request.params.mailId);
    if (!mail) throw problem('not-found');
    return reply
      .header('content-security-policy', MAIL_BODY_POLICY)
      .type('text/html; charset=utf-8')
      .send(mail.htmlBody);
  });
}
