// Mail that was sent or is to be sent; whose address it goes to, and what it is about.
import { type Queryable, sql } from '../../lib/db.ts';

export type Mail = {
  /** Names the cause (`order-shipped:<order>`): one cause, one mail. */
  mailId: string;
  recipient: string;
  subject: string;
  textBody: string;
  htmlBody: string;
};
export type KeptMail = Mail & { createdAt: Date; sentAt: Date | null };

const INSERT_MAIL = sql(
  'notices_insert_mail',
  `insert into mail (mail_id, recipient, subject, text_body, html_body) values ($1, $2, $3, $4, $5)
   on conflict (mail_id) do nothing`,
);

export async function insertMail(db: Queryable, mail: Mail): Promise<void> {
  await db.query(INSERT_MAIL, [mail.mailId, mail.recipient, mail.subject, mail.textBody, mail.htmlBody]);
}

// Whoever else is sending it holds the row: skipped, so that two jobs that run at once send once.
const CLAIM_UNSENT = sql(
  'notices_claim_unsent',
  `select mail_id, recipient, subject, text_body, html_body, created_at, sent_at
   from mail where mail_id = $1 and sent_at is null for update skip locked`,
);
const MARK_SENT = sql('notices_mark_sent', 'update mail set sent_at = clock_timestamp() where mail_id = $1');

export async function claimUnsent(tx: Queryable, mailId: string): Promise<Mail | undefined> {
  const [row] = await tx.query<MailRow>(CLAIM_UNSENT, [mailId]);
  return row && mailOf(row);
}

export async function markSent(tx: Queryable, mailId: string): Promise<void> {
  await tx.query(MARK_SENT, [mailId]);
}

const SELECT_MAIL = sql(
  'notices_select_mail',
  `select mail_id, recipient, subject, text_body, html_body, created_at, sent_at from mail where mail_id = $1`,
);
const SELECT_NEWEST = sql(
  'notices_select_newest',
  `select mail_id, recipient, subject, text_body, html_body, created_at, sent_at
   from mail order by created_at desc, mail_id limit $1`,
);

export async function selectMail(db: Queryable, mailId: string): Promise<KeptMail | undefined> {
  const [row] = await db.query<MailRow>(SELECT_MAIL, [mailId]);
  return row && mailOf(row);
}

export async function selectNewestMail(db: Queryable, limit: number): Promise<KeptMail[]> {
  return (await db.query<MailRow>(SELECT_NEWEST, [limit])).map(mailOf);
}

type MailRow = {
  mail_id: string;
  recipient: string;
  subject: string;
  text_body: string;
  html_body: string;
  created_at: Date;
  sent_at: Date | null;
};

function mailOf(row: MailRow): KeptMail {
  return {
    mailId: row.mail_id,
    recipient: row.recipient,
    subject: row.subject,
    textBody: row.text_body,
    htmlBody: row.html_body,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}

const SELECT_RECIPIENT = sql('notices_select_recipient', 'select email, name from account where user_id = $1');

export async function selectRecipient(
  db: Queryable,
  userId: number,
): Promise<{ email: string; name: string } | undefined> {
  const [row] = await db.query<{ email: string; name: string }>(SELECT_RECIPIENT, [userId]);
  return row;
}

const SELECT_TITLE = sql('notices_select_title', 'select title from product where product_id = $1');

export async function selectTitle(db: Queryable, productId: number): Promise<string | undefined> {
  const [row] = await db.query<{ title: string }>(SELECT_TITLE, [productId]);
  return row?.title;
}
