// What most shops do with the database, as the baseline of the benchmarks: a transaction a buyer.
import pg from 'pg';
import { newKeyedId } from '../src/lib/ids.ts';

const CONNECTIONS = 20;

export function openNaivePool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  // A connection that is being ended may still hear that its database is dropped for the next design.
  pool.on('error', () => {});
  return pool;
}

/** BEGIN, SELECT FOR UPDATE, UPDATE, INSERT, COMMIT. False: none was left. */
export function holdNaively(pool: pg.Pool, productId: number, userId: number): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ available: number }>({
      name: 'n1',
      text: 'select available from inventory where product_id = $1 for update',
      values: [productId],
    });
    if ((rows[0]?.available ?? 0) <= 0) return false;
    await client.query({
      name: 'n2',
      text: 'update inventory set available = available - 1 where product_id = $1',
      values: [productId],
    });
    await client.query({
      name: 'n3',
      text: `insert into reservation (product_id, user_id, reservation_id, price_minor, currency, reserved_at, expires_at)
             values ($1, $2, $3, 2999, 'USD', now(), now() + interval '10 minutes')`,
      values: [productId, userId, newKeyedId(productId)],
    });
    return true;
  });
}

export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const outcome = await work(client);
    await client.query('commit');
    client.release();
    return outcome;
  } catch (fault) {
    client.release(true);
    throw fault;
  }
}
