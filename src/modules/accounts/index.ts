// The door of accounts: users, roles, sessions, tokens, saved addresses.
export type { Address, Role, Session, SignedIn, User } from './account.ts';
export {
  EMAIL_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
  ROLES,
  SESSION_DAYS,
} from './account.ts';
export { type Accounts, openAccounts } from './accounts.ts';
export { COUNTRIES, COUNTRY_CODES } from './countries.ts';
export { createStaffAccount } from './create-staff-account.ts';
export { findSessionByCookie, recallSession } from './find-session.ts';
export { loadUser } from './load-user.ts';
export { purgeExpiredSessions } from './purge-sessions.ts';
export { refreshSession } from './refresh.ts';
export { registerAccount } from './register.ts';
export { saveAddress } from './save-address.ts';
export { signIn } from './sign-in.ts';
export { signOut } from './sign-out.ts';
export type { AskedVerification } from './store-verification.ts';
export {
  askMailVerification,
  confirmMail,
  isMailVerified,
  mailVerificationPath,
  relayAskedVerifications,
} from './verify-mail.ts';
export { verifyAccessToken } from './verify-token.ts';
