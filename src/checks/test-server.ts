// A server without routes on a fresh database, and people who are signed in to it.
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Database } from '../lib/db.ts';
import { openLog } from '../lib/log.ts';
import { type Accounts, createStaffAccount, openAccounts, type Role, signIn } from '../modules/accounts/index.ts';
import { type AnswerCounts, openAnswerCounts } from '../web/kit/answer-counts.ts';
import { createServer } from '../web/kit/server.ts';
import type { App } from '../web/kit/shop.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

export const PUBLIC_ORIGIN = 'http://shop.test';
export const PASSWORD = 'correct horse battery';

const MANY_TURNS = 1_000;

export type TestServer = {
  app: App;
  db: TestDatabase;
  accounts: Accounts;
  answers: AnswerCounts;
  /** To pay, of those who hold a unit on this node; a test takes them away. */
  turns: { left: number };
  publicOrigin: string;
};

export async function openTestServer(t: Pick<TestContext, 'after'>, now: () => number = Date.now): Promise<TestServer> {
  const db = await openTestDatabase(t);
  const log = openLog('test', 'silent');
  const accounts = await openAccounts({ db, log, now, accessTokenKey: randomBytes(32) });
  const paymentOrigin = 'http://pay.test';
  const answers = openAnswerCounts();
  const publicOrigin = PUBLIC_ORIGIN;
  const turns = { left: MANY_TURNS };
  const app = createServer({
    db,
    accounts,
    answers,
    turnsToPay: () => turns.left,
    log,
    publicOrigin,
    paymentOrigin,
    trustProxy: false,
  });
  t.after(async () => {
    await app.close();
    await accounts.close();
  });
  return { app, db, accounts, answers, turns, publicOrigin };
}

let personCount = 0;

/** Somebody with an account, the headers of an API client and those of a browser. */
export async function signInSomebody(server: { accounts: Accounts; db: Database }, roles: Role[] = ['shopper']) {
  const email = `person-${++personCount}@example.com`;
  await createStaffAccount(server.db, { email, password: PASSWORD, name: 'Ada Lovelace', roles });
  const outcome = await signIn(server.accounts, { email, password: PASSWORD });
  if (outcome.kind !== 'signed-in') throw new Error(outcome.kind);
  const { user, sessionId, accessToken, refreshToken } = outcome.signedIn;
  return {
    user,
    sessionId,
    refreshToken,
    cookie: outcome.cookie,
    accessToken,
    bearer: { authorization: `Bearer ${accessToken}` },
    browser: { accept: 'text/html', cookie: `souk_session=${outcome.cookie}`, 'sec-fetch-site': 'same-origin' },
  };
}
