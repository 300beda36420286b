// Bodies and answers of the account routes.
import { Type } from 'typebox';
import {
  type Address,
  EMAIL_MAX_CHARACTERS,
  NAME_MAX_CHARACTERS,
  PASSWORD_MAX_CHARACTERS,
  PASSWORD_MIN_CHARACTERS,
  type SignedIn,
  type User,
} from '../../modules/accounts/index.ts';
import { AddressSchema, Line, Nullable, Time, UserSchema } from '../kit/schemas.ts';

const Email = Type.String({ minLength: 3, maxLength: EMAIL_MAX_CHARACTERS, examples: ['ada@example.com'] });

export const RegisterBody = Type.Object(
  {
    email: Email,
    password: Type.String({ minLength: PASSWORD_MIN_CHARACTERS, maxLength: PASSWORD_MAX_CHARACTERS }),
    name: Line(NAME_MAX_CHARACTERS),
  },
  { additionalProperties: false },
);

export const SignInBody = Type.Object(
  { email: Email, password: Type.String({ minLength: 1, maxLength: PASSWORD_MAX_CHARACTERS }) },
  { additionalProperties: false },
);

export const RefreshBody = Type.Object(
  { refreshToken: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
);

export const NextQuery = Type.Object({
  next: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'Where a browser goes afterwards: a path of this shop' }),
  ),
});

export const SignedInAnswer = Type.Object({
  user: UserSchema,
  accessToken: Type.String({ description: 'A JWT, for `Authorization: Bearer`' }),
  expiresAt: Time,
  refreshToken: Type.String({ description: 'Works once, at POST /auth/refresh' }),
});

export const MeAnswer = Type.Object({ ...UserSchema.properties, address: Nullable(AddressSchema) });

function userJson(user: User) {
  return { ...user, userId: String(user.userId) };
}

export function signedInJson({ user, accessToken, expiresAt, refreshToken }: SignedIn) {
  return { user: userJson(user), accessToken, expiresAt: expiresAt.toISOString(), refreshToken };
}

export function meJson(user: User, address: Address | undefined) {
  return { ...userJson(user), address: address ?? null };
}
