// Schemas that many routes share. Every string, list and number has its bounds here or in its route.
import { type TSchema, Type } from 'typebox';
import { COUNTRY_CODES, EMAIL_MAX_CHARACTERS, ROLES, type Role } from '../../modules/accounts/index.ts';

const PAGE_MAX = 10_000;
const PAGE_SIZE_MAX = 100;

/** One line of text with something on it, free of control characters. */
export function Line(maxLength: number, options: { description?: string } = {}) {
  return Type.String({ minLength: 1, maxLength, pattern: '^(?!\\s*$)[^\\p{Cc}\\p{Cs}]*$', ...options });
}

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** Opaque to clients. What is no id names nothing, so routes answer 404 and not 422 to it. */
export const Id = Type.String({ minLength: 1, maxLength: 64 });
export const Time = Type.String({ format: 'date-time', description: 'RFC 3339, UTC' });
export const Day = Type.String({ format: 'date' });

export const MoneySchema = Type.Object({
  amount: Type.Integer({ description: 'Minor units of the currency' }),
  currency: Type.String({ description: 'ISO 4217', examples: ['USD'] }),
});

export const PageQuery = Type.Object({
  page: Type.Integer({ minimum: 1, maximum: PAGE_MAX, default: 1 }),
  size: Type.Integer({ minimum: 1, maximum: PAGE_SIZE_MAX, default: 24 }),
});

export const UserSchema = Type.Object({
  userId: Type.String(),
  email: Type.String({ maxLength: EMAIL_MAX_CHARACTERS }),
  name: Type.String(),
  roles: Type.Array(Type.Unsafe<Role>({ type: 'string', enum: ROLES })),
});

export const AddressSchema = Type.Object(
  {
    name: Line(100),
    line1: Line(200),
    line2: Type.Optional(Line(200)),
    city: Line(100),
    region: Type.Optional(Line(100)),
    postalCode: Line(20),
    country: Type.Unsafe<string>({
      type: 'string',
      enum: COUNTRY_CODES,
      description: 'ISO 3166-1 alpha-2',
      examples: ['DE'],
    }),
  },
  { additionalProperties: false },
);

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: '/problems/<slug>, documented at that address' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    instance: Type.String(),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), message: Type.String() }))),
  },
  { title: 'Problem', description: 'RFC 9457', additionalProperties: true },
);

/** The `response` entries of a route for what can go wrong: `{ 201: Order, ...problemResponses(401, 409) }`. */
export function problemResponses<Status extends number>(...statuses: Status[]) {
  const entry = {
    description: 'A problem document',
    content: { 'application/problem+json': { schema: ProblemSchema } },
  };
  return Object.fromEntries(statuses.map((status) => [status, entry])) as Record<Status, typeof entry>;
}
