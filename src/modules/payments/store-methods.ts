// SQL of saved payment methods.
import { type Queryable, sql } from '../../lib/db.ts';

// A token that another customer has saved is left where it is, and answers nothing.
const saveMethod = sql(
  'payments_save_method',
  `insert into saved_payment_method as m (user_id, method_id, token, brand, last4, fingerprint, saved_at)
   select $1, $2, $3, $4, $5, $6, clock_timestamp()
   where (select count(*) from saved_payment_method where user_id = $1 and token <> $3) < $7
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
  'delete from saved_payment_method where user_id = $1 and method_id = $2',
);
const cardsOf = sql(
  'payments_cards_of',
  'select user_id, fingerprint from saved_payment_method where user_id = any ($1::bigint[])',
);
// In one order, so that two nodes with the same cards do not wait for each other. What stands already, by card or by customer, stays.
const enterWithCards = sql(
  'payments_enter_with_cards',
  `insert into drop_card (product_id, fingerprint, user_id)
   select $1, c.fingerprint, c.user_id from unnest($2::text[], $3::bigint[]) with ordinality c(fingerprint, user_id, n)
   order by c.fingerprint, c.n
   on conflict do nothing`,
);
const dropCards = sql(
  'payments_drop_cards',
  `select fingerprint, user_id from drop_card
   where product_id = $1 and (user_id = any ($2::bigint[]) or fingerprint = any ($3::text[]))`,
);

export type MethodRow = { method_id: string; brand: string; last4: string; saved_at: Date };

export async function runSaveMethod(
  db: Queryable,
  userId: number,
  methodId: string,
  card: { token: string; brand: string; last4: string; fingerprint: string },
  maxMethods: number,
): Promise<MethodRow | undefined> {
  const values = [userId, methodId, card.token, card.brand, card.last4, card.fingerprint, maxMethods];
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

export async function runRemoveMethod(db: Queryable, userId: number, methodId: string): Promise<void> {
  await db.query(removeMethod, [userId, methodId]);
}

export type CardRow = { user_id: number; fingerprint: string };

export function loadCardsOf(db: Queryable, userIds: readonly number[]): Promise<CardRow[]> {
  return db.query<CardRow>(cardsOf, [userIds]);
}

export async function runEnterWithCards(db: Queryable, productId: number, cards: readonly CardRow[]): Promise<void> {
  const values = [productId, cards.map((card) => card.fingerprint), cards.map((card) => card.user_id)];
  await db.query(enterWithCards, values);
}

/** Who entered with which card, of these customers and these cards. */
export function loadDropCards(db: Queryable, productId: number, cards: readonly CardRow[]): Promise<CardRow[]> {
  const values = [productId, cards.map((card) => card.user_id), cards.map((card) => card.fingerprint)];
  return db.query<CardRow>(dropCards, values);
}
