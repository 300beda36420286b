// SQL of saved payment methods.
import { type Queryable, sql } from '../../lib/db.ts';

// A token that another customer has saved is left where it is, and answers nothing.
const saveMethod = sql(
  'payments_save_method',
  `insert into saved_payment_method as m (user_id, method_id, token, brand, last4, saved_at)
   select $1, $2, $3, $4, $5, clock_timestamp()
   where (select count(*) from saved_payment_method where user_id = $1 and token <> $3) < $6
   on conflict (token) do update set brand = excluded.brand, last4 = excluded.last4 where m.user_id = excluded.user_id
   returning method_id, brand, last4, saved_at`,
);
const methodsOf = sql(
  'payments_methods_of',
  'select method_id, brand, last4, saved_at from saved_payment_method where user_id = $1 order by saved_at desc',
);
const tokenOf = sql(
  'payments_token_of_method',
  'select token from saved_payment_method where user_id = $1 and method_id = $2',
);
const removeMethod = sql(
  'payments_remove_method',
  'delete from saved_payment_method where user_id = $1 and method_id = $2 returning method_id',
);
const usersWithMethod = sql(
  'payments_users_with_method',
  'select distinct user_id from saved_payment_method where user_id = any ($1::bigint[])',
);

export type MethodRow = { method_id: string; brand: string; last4: string; saved_at: Date };

export async function runSaveMethod(
  db: Queryable,
  userId: number,
  methodId: string,
  card: { token: string; brand: string; last4: string },
  maxMethods: number,
): Promise<MethodRow | undefined> {
  const values = [userId, methodId, card.token, card.brand, card.last4, maxMethods];
  const [row] = await db.query<MethodRow>(saveMethod, values);
  return row;
}

export function loadMethods(db: Queryable, userId: number): Promise<MethodRow[]> {
  return db.query<MethodRow>(methodsOf, [userId]);
}

export async function loadTokenOf(db: Queryable, userId: number, methodId: string): Promise<string | undefined> {
  const [row] = await db.query<{ token: string }>(tokenOf, [userId, methodId]);
  return row?.token;
}

export async function runRemoveMethod(db: Queryable, userId: number, methodId: string): Promise<boolean> {
  return (await db.query(removeMethod, [userId, methodId])).length > 0;
}

export async function loadUsersWithMethod(db: Queryable, userIds: number[]): Promise<Set<number>> {
  const rows = await db.query<{ user_id: number }>(usersWithMethod, [userIds]);
  return new Set(rows.map((row) => row.user_id));
}
