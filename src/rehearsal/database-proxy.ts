// Stands between the shop and its database, so that connections can be cut as a network does it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type DatabaseProxy = { url: string; cut(): number; close(): Promise<void> };

const DEFAULT_PORT = 5432;

export async function openDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const url = new URL(databaseUrl);
  const target = targetOf(url);
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): number => {
    const count = open.size / 2;
    for (const socket of open) socket.destroy();
    return Math.round(count);
  };
  const user = url.username || url.searchParams.get('user') || '';
  return {
    url: `postgresql://${user}${url.password ? `:${url.password}` : ''}@127.0.0.1:${port}${url.pathname}`,
    cut,
    close: async () => {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

function targetOf(url: URL): { path: string } | { host: string; port: number } {
  const port = Number(url.searchParams.get('port') ?? url.port) || DEFAULT_PORT;
  const directory = url.searchParams.get('host');
  return directory?.startsWith('/')
    ? { path: `${directory}/.s.PGSQL.${port}` }
    : { host: directory ?? url.hostname, port };
}
