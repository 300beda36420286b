import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Mail } from './store.ts';

export type Mailer = { deliver(mail: Mail): Promise<void>; close(): void };

// A job waits at most this long for a server that does not answer, then is tried again later.
const SMTP_TIMEOUT_MS = 10_000;

/** Delivers over SMTP: `smtp://user:password@host:587`, `smtps://…`. */
export function openMailer(options: { smtpUrl: string; from: string }): Mailer {
  const transport = createTransport({
    url: options.smtpUrl,
    connectionTimeout: SMTP_TIMEOUT_MS,
    greetingTimeout: SMTP_TIMEOUT_MS,
    socketTimeout: SMTP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = /@([a-z0-9.-]+)>?\s*$/i.exec(options.from)?.[1] ?? 'localhost';
  return {
    async deliver(mail) {
      await transport.sendMail({
        from: options.from,
        to: { name: '', address: mail.recipient },
        subject: mail.subject,
        text: mail.textBody,
        html: mail.htmlBody,
        // The same cause has the same Message-ID: should a crash make us send twice, the reader's program can tell.
        messageId: `<${createHash('sha256').update(mail.mailId).digest('hex').slice(0, 32)}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
    },
    close: () => transport.close(),
  };
}
