// Stands between a test and PostgreSQL, and loses answers: the statement has run, and nobody hears of it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export type CuttingProxy = { url: string; cutNextAnswers(count: number): void; cuts(): number };

export async function openCuttingProxy(t: Pick<TestContext, 'after'>, databaseUrl: string): Promise<CuttingProxy> {
  const target = socketPath(databaseUrl);
  const open = new Set<Socket>();
  let toCut = 0;
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      socket.on('error', () => {});
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes: Buffer) => {
      if (toCut > 0 && isRowAnswer(bytes)) {
        toCut--;
        cuts++;
        client.destroy();
        upstream.destroy();
      } else {
        client.write(bytes);
      }
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const url = new URL(databaseUrl);
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://${url.username || url.searchParams.get('user')}@127.0.0.1:${port}${url.pathname}`,
    cutNextAnswers: (count) => {
      toCut = count;
    },
    cuts: () => cuts,
  };
}

// A message that ends with CommandComplete and ReadyForQuery: an autocommit statement has committed by then.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
function isRowAnswer(bytes: Buffer): boolean {
  const ready = bytes.subarray(-6);
  return ready[0] === 0x5a && bytes.includes('SELECT 1\0');
}

export function socketPath(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  const directory = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  return `${directory}/.s.PGSQL.${url.searchParams.get('port') ?? (url.port || 5432)}`;
}
