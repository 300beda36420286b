import type { Database } from '../../lib/db.ts';
import type { Mailer } from './mailer.ts';
import { claimUnsent, insertMail, type Mail, markSent } from './store.ts';

export type SendOutcome = { kind: 'sent' } | { kind: 'kept' } | { kind: 'sent-before' };

/** Keeps the mail, and sends it once where there is a mailer. A failed delivery throws, and may be tried again. */
export async function sendMail(db: Database, mailer: Mailer | null, mail: Mail): Promise<SendOutcome> {
  await insertMail(db, mail);
  if (!mailer) return { kind: 'kept' };
  // The row stays locked while the server is spoken to, at most 10 s: longer than that the mailer does not wait.
  return db.transaction(async (tx) => {
    const unsent = await claimUnsent(tx, mail.mailId);
    if (!unsent) return { kind: 'sent-before' };
    await mailer.deliver(unsent);
    await markSent(tx, mail.mailId);
    return { kind: 'sent' };
  });
}
