// The one way to PostgreSQL. Statements are named (prepared once a connection) and live in store.ts files.
import pg from 'pg';

export type Sql = { name: string; text: string; mayTakeMs?: number };
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
  /** The server ends what takes longer; half of it may go by waiting for a lock. 0: no limit. */
  statementTimeoutMs: number;
  /**
   * For processes whose statements all find their rows by an index. A connection keeps the plans it has made: one made while a table
   * was small reads it as a whole, and goes on so for a minute while a sale fills it, until statistics are taken again.
   */
  findsByKey?: true;
};

const INT8_OID = 20;
// Arrays are missing from pg's own list of type names.
const INT8_ARRAY_OID = 1016 as typeof INT8_OID;
const TEXT_ARRAY_OID = 1009 as typeof INT8_OID;
const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_AFTER_MS = 10_000;
const TRANSACTION_ATTEMPTS = 5;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000;
// A server that lives says within its own limit that a statement took too long. When even that does not come, the connection
// is open on our side only (a cable, a frozen machine): no timeout of the server's helps then.
const SILENCE_AFTER_TIMEOUT_MS = 1_000;
const SLOW_STATEMENT_MS = 3_600_000;

// bigint and count(*) arrive as text; ids here stay far below 2^53, and one that does not must not be rounded in silence.
function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} exceeds 2^53`);
  return value;
}
pg.types.setTypeParser(INT8_OID, parseInt8);
const parseTextArray = pg.types.getTypeParser(TEXT_ARRAY_OID) as unknown as (text: string) => (string | null)[];
pg.types.setTypeParser(INT8_ARRAY_OID, (text: string) =>
  parseTextArray(text).map((item) => (item === null ? null : parseInt8(item))),
);

export function sql(name: string, text: string): Sql {
  return { name, text };
}

/** For questions to all of the books, in a transaction that lifts the server's limit: they take minutes, and still end. */
export function slowSql(name: string, text: string): Sql {
  return { name, text, mayTakeMs: SLOW_STATEMENT_MS };
}

/** A pool with the house's rules: named statements, bounded waits, retried serialization failures. */
export function openDatabase(options: DatabaseOptions): Database {
  const { statementTimeoutMs } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.maxConnections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...(options.findsByKey && { options: '-c enable_seqscan=off' }),
    statement_timeout: statementTimeoutMs,
    lock_timeout: statementTimeoutMs / 2,
    // A process that is stopped in mid-transaction must not keep its locks for longer than a statement could.
    idle_in_transaction_session_timeout: Math.min(
      statementTimeoutMs || IDLE_IN_TRANSACTION_TIMEOUT_MS,
      IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ),
    ...(statementTimeoutMs > 0 && { query_timeout: statementTimeoutMs + SILENCE_AFTER_TIMEOUT_MS }),
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
      // Nothing is asked of a connection that is lost: a silent one would cost the caller its time a second time.
      broken =
        isConnectionLost(error) ||
        (await client.query('rollback').then(
          () => false,
          () => true,
        ));
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

type PgQuery = { query(config: pg.QueryConfig & { query_timeout?: number }): Promise<{ rows: unknown[] }> };

function clientQueryable(client: PgQuery): Queryable {
  return {
    async query<Row>(statement: Sql, values: readonly unknown[] = []): Promise<Row[]> {
      const { name, text, mayTakeMs } = statement;
      const config = { name, text, values: values as unknown[] };
      const result = await client.query(mayTakeMs === undefined ? config : { ...config, query_timeout: mayTakeMs });
      return result.rows as Row[];
    },
  };
}

// Serialization failure, deadlock, lock timeout.
const NOT_TAKEN_CODES = new Set(['40001', '40P01', '55P03']);
// Class 08 and 57P0x (shutdown, crash), 25P03 and 57P05 (ended for idling), 53300 (too many connections); see PostgreSQL's
// appendix "Error Codes".
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
  '57P05',
  '25P03',
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
  return NOT_TAKEN_CODES.has(errorCode(error) ?? '');
}

/** The connection is gone: whether the statement took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (CONNECTION_CODES.has(errorCode(error) ?? '')) return true;
  return /Connection terminated|Query read timeout|Client has encountered a connection error|connection timeout|timeout exceeded when trying to connect|Connection ended|not queryable/i.test(
    error.message,
  );
}
