// Every statement on account, account_address, session and refresh_token.
import { type Queryable, sql } from '../../lib/db.ts';
import { type Address, type Role, SESSION_DAYS, type User } from './account.ts';

type UserRow = { user_id: number; email: string; name: string; roles: Role[] };
export type NewSession = { sessionId: string; cookieHash: Buffer; refreshHash: Buffer };

function toUser(row: UserRow): User {
  return { userId: row.user_id, email: row.email, name: row.name, roles: row.roles };
}

const insertAccountSql = sql(
  'accounts_register',
  `with created as (
     insert into account (email, email_folded, name, password_hash) values ($1, $2, $3, $4)
     on conflict (email_folded) do nothing
     returning user_id, email, name, roles),
   opened as (
     insert into session (session_id, user_id, cookie_hash, created_at, expires_at)
     select $5, user_id, $6, now(), now() + make_interval(days => $8) from created returning session_id),
   token as (
     insert into refresh_token (token_hash, session_id, created_at, expires_at)
     select $7, session_id, now(), now() + make_interval(days => $8) from opened)
   select user_id, email, name, roles from created`,
);

/** Account and first session together; undefined where the e-mail has an account. */
export async function insertAccount(
  db: Queryable,
  account: { email: string; folded: string; name: string; passwordHash: string },
  session: NewSession,
): Promise<User | undefined> {
  const [row] = await db.query<UserRow>(insertAccountSql, [
    account.email,
    account.folded,
    account.name,
    account.passwordHash,
    session.sessionId,
    session.cookieHash,
    session.refreshHash,
    SESSION_DAYS,
  ]);
  return row && toUser(row);
}

const findByEmailSql = sql(
  'accounts_by_email',
  'select user_id, email, name, roles, password_hash from account where email_folded = $1',
);

export async function findByEmail(
  db: Queryable,
  folded: string,
): Promise<{ user: User; passwordHash: string } | undefined> {
  const [row] = await db.query<UserRow & { password_hash: string }>(findByEmailSql, [folded]);
  return row && { user: toUser(row), passwordHash: row.password_hash };
}

const insertSessionSql = sql(
  'accounts_open_session',
  `with opened as (
     insert into session (session_id, user_id, cookie_hash, created_at, expires_at)
     values ($1, $2, $3, now(), now() + make_interval(days => $5)) returning session_id)
   insert into refresh_token (token_hash, session_id, created_at, expires_at)
   select $4, session_id, now(), now() + make_interval(days => $5) from opened`,
);

export async function insertSession(db: Queryable, userId: number, session: NewSession): Promise<void> {
  const { sessionId, cookieHash, refreshHash } = session;
  await db.query(insertSessionSql, [sessionId, userId, cookieHash, refreshHash, SESSION_DAYS]);
}

// The lock comes first, and a locked row is read as it is now, not as it was when the statement began: of two that bring
// the same token at once, the second finds it spent.
const rotateSql = sql(
  'accounts_refresh',
  `with presented as (
     select t.token_hash, t.session_id, t.spent_at is not null as spent,
            t.expires_at > now() and s.expires_at > now() and s.revoked_at is null as live
     from refresh_token t join session s using (session_id)
     where t.token_hash = $1 for update of t),
   spend as (
     update refresh_token t set spent_at = now() from presented p
     where t.token_hash = p.token_hash and p.live and not p.spent returning t.session_id),
   fresh as (
     insert into refresh_token (token_hash, session_id, created_at, expires_at)
     select $2, session_id, now(), now() + make_interval(days => $3) from spend),
   prolonged as (
     update session s set expires_at = now() + make_interval(days => $3) from spend
     where s.session_id = spend.session_id returning s.session_id, s.user_id),
   revoked as (
     update session s set revoked_at = now() from presented p
     where s.session_id = p.session_id and p.spent and s.revoked_at is null)
   select p.session_id, p.spent, a.user_id, a.email, a.name, a.roles
   from presented p left join prolonged o on true left join account a on a.user_id = o.user_id`,
);

export type Rotation =
  | { kind: 'rotated'; sessionId: string; user: User }
  | { kind: 'reused'; sessionId: string }
  | { kind: 'invalid' };

/** Spends one refresh token for another; a token that was spent before revokes its session and all tokens of it. */
export async function rotateRefreshToken(db: Queryable, presented: Buffer, fresh: Buffer): Promise<Rotation> {
  type Row = { session_id: string; spent: boolean } & { [K in keyof UserRow]: UserRow[K] | null };
  const [row] = await db.query<Row>(rotateSql, [presented, fresh, SESSION_DAYS]);
  if (!row) return { kind: 'invalid' };
  if (row.spent) return { kind: 'reused', sessionId: row.session_id };
  const { user_id, email, name, roles } = row;
  if (user_id === null || email === null || name === null || roles === null) return { kind: 'invalid' };
  return { kind: 'rotated', sessionId: row.session_id, user: toUser({ user_id, email, name, roles }) };
}

const revokeSql = sql(
  'accounts_revoke',
  'update session set revoked_at = now() where session_id = $1 and revoked_at is null',
);

export async function revokeSession(db: Queryable, sessionId: string): Promise<void> {
  await db.query(revokeSql, [sessionId]);
}

const revokedSql = sql(
  'accounts_revoked',
  'select session_id from session where revoked_at > now() - make_interval(secs => $1)',
);

export async function listRevokedSessions(db: Queryable, withinSeconds: number): Promise<string[]> {
  const rows = await db.query<{ session_id: string }>(revokedSql, [withinSeconds]);
  return rows.map((row) => row.session_id);
}

const findSessionsSql = sql(
  'accounts_sessions',
  `select s.cookie_hash, s.session_id, s.expires_at, a.user_id, a.email, a.name, a.roles
   from session s join account a using (user_id)
   where s.cookie_hash = any ($1::bytea[]) and s.revoked_at is null and s.expires_at > now()`,
);

export async function findSessions(db: Queryable, cookieHashes: Buffer[]) {
  type Row = UserRow & { cookie_hash: Buffer; session_id: string; expires_at: Date };
  const rows = await db.query<Row>(findSessionsSql, [cookieHashes]);
  return rows.map((row) => ({
    cookieHash: row.cookie_hash,
    session: { sessionId: row.session_id, user: toUser(row), expiresAtMs: row.expires_at.getTime() },
  }));
}

type AddressRow = {
  address_name: string;
  line1: string;
  line2: string | null;
  city: string;
  region: string | null;
  postal_code: string;
  country: string;
};

function toAddress(row: AddressRow): Address {
  return {
    name: row.address_name,
    line1: row.line1,
    ...(row.line2 === null ? {} : { line2: row.line2 }),
    city: row.city,
    ...(row.region === null ? {} : { region: row.region }),
    postalCode: row.postal_code,
    country: row.country,
  };
}

const findUserSql = sql(
  'accounts_user',
  `select u.user_id, u.email, u.name, u.roles,
          a.name as address_name, a.line1, a.line2, a.city, a.region, a.postal_code, a.country
   from account u left join account_address a using (user_id) where u.user_id = $1`,
);

export async function findUser(
  db: Queryable,
  userId: number,
): Promise<{ user: User; address: Address | undefined } | undefined> {
  type Row = UserRow & ({ address_name: null } | AddressRow);
  const [row] = await db.query<Row>(findUserSql, [userId]);
  return row && { user: toUser(row), address: row.address_name === null ? undefined : toAddress(row) };
}

const upsertAddressSql = sql(
  'accounts_save_address',
  `insert into account_address as a (user_id, name, line1, line2, city, region, postal_code, country)
   values ($1, $2, $3, $4, $5, $6, $7, $8)
   on conflict (user_id) do update set name = excluded.name, line1 = excluded.line1, line2 = excluded.line2,
     city = excluded.city, region = excluded.region, postal_code = excluded.postal_code, country = excluded.country,
     updated_at = now()
   returning a.name as address_name, line1, line2, city, region, postal_code, country`,
);

export async function upsertAddress(db: Queryable, userId: number, address: Address): Promise<Address> {
  const { name, line1, line2 = null, city, region = null, postalCode, country } = address;
  const values = [userId, name, line1, line2, city, region, postalCode, country];
  const [row] = await db.query<AddressRow>(upsertAddressSql, values);
  if (!row) throw new Error(`the address of user ${userId} was not saved`);
  return toAddress(row);
}

const upsertStaffSql = sql(
  'accounts_staff',
  `insert into account as a (email, email_folded, name, password_hash, roles) values ($1, $2, $3, $4, $5)
   on conflict (email_folded) do update
     set roles = array(select distinct unnest(a.roles || excluded.roles))
   returning user_id, email, name, roles, xmax = 0 as created`,
);

/** An account with roles; one that exists gains them and keeps its name and password. */
export async function upsertStaff(
  db: Queryable,
  account: { email: string; folded: string; name: string; passwordHash: string; roles: Role[] },
): Promise<{ user: User; created: boolean }> {
  const { email, folded, name, passwordHash, roles } = account;
  const [row] = await db.query<UserRow & { created: boolean }>(upsertStaffSql, [
    email,
    folded,
    name,
    passwordHash,
    roles,
  ]);
  if (!row) throw new Error(`no account was made for ${email}`);
  return { user: toUser(row), created: row.created };
}

const purgeSql = sql(
  'accounts_purge',
  `with old as (
     select session_id from session where expires_at < now() - interval '1 day' limit $1),
   tokens as (
     delete from refresh_token t using old where t.session_id = old.session_id),
   gone as (
     delete from session s using old where s.session_id = old.session_id returning 1)
   select count(*) as purged from gone`,
);

export async function purgeSessions(db: Queryable, maxSessions: number): Promise<number> {
  const [row] = await db.query<{ purged: number }>(purgeSql, [maxSessions]);
  return row?.purged ?? 0;
}
