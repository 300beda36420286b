// The one way to PostgreSQL. Statements are named (prepared once a connection) and live in store.ts files.
import pg from 'pg';

export type Sql = { name: string; text: string };
export type Queryable = { query<Row>(sql: Sql, values?: readonly unknown[]): Promise<Row[]> };
export type Database = Queryable & {
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
  /** Several statements in one text, unprepared; for migrations and tests. */
  script(text: string): Promise<void>;
  close(): Promise<void>;
};
export type DatabaseOptions = {
  url: string;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  maxConnections: number;
  statementTimeoutMs: number;
};

const INT8_OID = 20;
// Arrays are missing from pg's own list of type names.
const INT8_ARRAY_OID = 1016 as typeof INT8_OID;
const TEXT_ARRAY_OID = 1009 as typeof INT8_OID;
const CONNECT_TIMEOUT_MS = 5_000;
const TRANSACTION_ATTEMPTS = 5;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;

// bigint and count(*) arrive as text; ids here stay far below 2^53, and one that does not must not be rounded in silence.
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} exceeds 2^53`);
  return value;
}
pg.types.setTypeParser(INT8_OID, parseInt8);
const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY_OID) as unknown as (text: string) => (string | null)[];
pg.types.setTypeParser(INT8_ARRAY_OID, (text: string) => parseTextArray(text).map((item) => (item === null ? null : parseInt8(item))));

export function sql(name: string, text: string): Sql {
  return { name, text };
}

/** A pool with the house's rules: named statements, bounded waits, retried serialization failures. */
export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  });
  // An idle connection that dies is replaced by the pool; the query that meets it hears its own error.
  pool.on('error', () => {});
  // A killed backend may say so once more after its query was answered; that event has no listener of the pool's.
  pool.on('connect', (client) => client.on('error', () => {}));

  async function once<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = false;
    try {
      await client.query('begin');
      const result = await work(clientQueryable(client));
      await client.query('commit');
      return result;
    } catch (error) {
      broken = await client.query('rollback').then(
        () => isConnectionLost(error),
        () => true,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    query: (statement, values) => clientQueryable(pool).query(statement, values),
    transaction: async (work) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(work);
        } catch (error) {
          if (!isRetryable(error) || attempt === TRANSACTION_ATTEMPTS) throw error;
        }
      }
    },
    script: async (text) => {
      await pool.query(text);
    },
    close: () => pool.end(),
  };
}

type PgQuery = { query(config: pg.QueryConfig): Promise<{ rows: unknown[] }> };

function clientQueryable(client: PgQuery): Queryable {
  return {
    async query<Row>(statement: Sql, values: readonly unknown[] = []): Promise<Row[]> {
      const result = await client.query({ name: statement.name, text: statement.text, values: values as unknown[] });
      return result.rows as Row[];
    },
  };
}

const SERIALIZATION_CODES = new Set(['40001', '40P01']);
// Class 08 and 57P0x (shutdown, crash), 53300 (too many connections); see PostgreSQL's appendix "Error Codes".
const CONNECTION_CODES = new Set([
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
  '08P01',
  '57P01',
  '57P02',
  '57P03',
  '53300',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
]);

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The statement did not take effect and may run again as it is. */
export function isRetryable(error: unknown): boolean {
  return SERIALIZATION_CODES.has(errorCode(error) ?? '');
}

/** The connection is gone: whether the statement took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (CONNECTION_CODES.has(errorCode(error) ?? '')) return true;
  return /Connection terminated|Client has encountered a connection error|connection timeout|timeout exceeded when trying to connect|Connection ended|not queryable/i.test(
    error.message,
  );
}
