import { mailVerificationPath } from '../accounts/index.ts';
import { boldLine, mailFrame } from './mail-frame.ts';
import type { NotifyDeps } from './notify-order.ts';
import { type SendOutcome, sendMail } from './send-mail.ts';

/** Whoever asks again within it gets no second mail. */
const ONE_MAIL_IN_MS = 5 * 60_000;
const HEADING = 'Verify your e-mail address';
const FOOTNOTE = 'The link works for a day. If you did not ask for it, nothing is to be done.';

/** As a job carries it. */
export type VerificationAsked = { userId: number; email: string; name: string; askedAt: string };

export function verificationMailId(userId: number, askedAt: Date): string {
  return `verify-mail:${userId}:${Math.floor(askedAt.getTime() / ONE_MAIL_IN_MS)}`;
}

export function sendVerification(deps: NotifyDeps, asked: VerificationAsked): Promise<SendOutcome> {
  const { userId, email, name } = asked;
  const askedAt = new Date(asked.askedAt);
  const url = `${deps.publicOrigin}${mailVerificationPath(deps.linkKey, { userId, askedAt })}`;
  return sendMail(deps.db, deps.mailer, {
    mailId: verificationMailId(userId, askedAt),
    recipient: email,
    subject: HEADING,
    textBody: `Hello ${name},\n\nopen this link to verify your address:\n${url}\n\n${FOOTNOTE}\n\nSouk\n`,
    htmlBody: String(
      mailFrame({
        heading: HEADING,
        recipientName: name,
        text: 'press the button, and this address is verified.',
        box: boldLine(email),
        action: { url, label: 'Verify' },
        footnote: FOOTNOTE,
      }),
    ),
  });
}
