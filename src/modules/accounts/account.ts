// What an account is, and the rules its fields keep wherever they come from.
import { IsEmail } from 'typebox/format';

export const ROLES = ['shopper', 'seller', 'operator'] as const;
export type Role = (typeof ROLES)[number];
export type User = { userId: number; email: string; name: string; roles: Role[] };

export type Address = {
  name: string;
  line1: string;
  line2?: string;
  city: string;
  region?: string;
  postalCode: string;
  country: string; // ISO 3166-1 alpha-2
};

/** Who is calling, for as long as the token or cookie that says so holds. */
export type Session = { sessionId: string; user: User; expiresAtMs: number };

/** What a client gets when it signs in: the cookie for browsers, the two tokens for the rest. */
export type SignedIn = {
  user: User;
  sessionId: string;
  accessToken: string;
  expiresAt: Date;
  refreshToken: string;
};

export const EMAIL_MAX_CHARACTERS = 254; // RFC 5321, 4.5.3.1.3, without the angle brackets
export const PASSWORD_MIN_CHARACTERS = 8;
export const PASSWORD_MAX_CHARACTERS = 200;
export const NAME_MAX_CHARACTERS = 100;
export const ACCESS_TOKEN_SECONDS = 15 * 60;
export const SESSION_DAYS = 30;

/** The address as it is written to, and as it is compared: one person must not get two accounts by a capital letter. */
export function parseEmail(text: string): { email: string; folded: string } | undefined {
  const email = text.trim().normalize('NFC');
  // A quoted local part may hold anything, line breaks too, and those would end up in mail headers.
  if (email.length > EMAIL_MAX_CHARACTERS || /[\p{Cc}\p{Cs}"]/u.test(email) || !IsEmail(email)) return undefined;
  return { email, folded: email.toLowerCase() };
}

/** The same password is typed composed on one keyboard and decomposed on another. */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}
