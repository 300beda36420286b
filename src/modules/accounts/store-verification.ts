// SQL of verified mail addresses.
import { type Queryable, sql } from '../../lib/db.ts';

const askVerification = sql(
  'accounts_ask_verification',
  `update account set mail_asked_at = case when mail_verified_at is null then coalesce(mail_asked_at, clock_timestamp()) end
   where user_id = $1 returning mail_verified_at is not null as verified`,
);
const askedVerifications = sql(
  'accounts_asked_verifications',
  `select user_id as "userId", email, name, mail_asked_at as "askedAt"
   from account where mail_asked_at is not null order by mail_asked_at limit $1`,
);
const forgetAsked = sql(
  'accounts_forget_asked',
  `update account a set mail_asked_at = null from unnest($1::bigint[]) as done(user_id) where a.user_id = done.user_id`,
);
const confirmMail = sql(
  'accounts_confirm_mail',
  `update account set mail_verified_at = coalesce(mail_verified_at, clock_timestamp()), mail_asked_at = null
   where user_id = $1 returning user_id`,
);
const verifiedUsers = sql(
  'accounts_verified_users',
  'select user_id from account where user_id = any ($1::bigint[]) and mail_verified_at is not null',
);

export type AskedVerification = { userId: number; email: string; name: string; askedAt: Date };

export async function runAskVerification(db: Queryable, userId: number): Promise<{ verified: boolean } | undefined> {
  const [row] = await db.query<{ verified: boolean }>(askVerification, [userId]);
  return row;
}

export function loadAskedVerifications(db: Queryable, limit: number): Promise<AskedVerification[]> {
  return db.query<AskedVerification>(askedVerifications, [limit]);
}

export async function forgetAskedVerifications(db: Queryable, userIds: number[]): Promise<void> {
  await db.query(forgetAsked, [userIds]);
}

export async function runConfirmMail(db: Queryable, userId: number): Promise<boolean> {
  return (await db.query(confirmMail, [userId])).length > 0;
}

export async function findVerifiedUsers(db: Queryable, userIds: number[]): Promise<Set<number>> {
  const rows = await db.query<{ user_id: number }>(verifiedUsers, [userIds]);
  return new Set(rows.map((row) => row.user_id));
}
