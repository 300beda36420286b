// Stands between a shop and PostgreSQL, and is as slow, as silent or as rude as a network can be.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { socketPath } from './cutting-proxy.ts';

export type FaultyProxy = {
  url: string;
  /** Connections that are open now stay open and carry nothing any more, as behind a cable that was pulled. New ones work. */
  silence(): number;
  /** Like `silence`, and new ones are accepted and carry nothing either, until `heal`. */
  silenceAll(): void;
  /** Each direction takes so long from now on. */
  delay(delayMs: number): void;
  /** Closes every open connection. */
  cut(): number;
  heal(): void;
};

type Pipe = { client: Socket; upstream: Socket; isSilent: boolean };

export async function openFaultyProxy(t: Pick<TestContext, 'after'>, databaseUrl: string): Promise<FaultyProxy> {
  const target = socketPath(databaseUrl);
  const pipes = new Set<Pipe>();
  let allSilent = false;
  let delayMs = 0;

  const server = createServer((client) => {
    const upstream = connect(target);
    const pipe: Pipe = { client, upstream, isSilent: allSilent };
    pipes.add(pipe);
    const carry = (from: Socket, to: Socket): void => {
      from.on('error', () => {});
      from.on('data', (bytes) => {
        if (pipe.isSilent) return;
        if (delayMs === 0) to.write(bytes);
        else setTimeout(() => to.write(bytes), delayMs);
      });
      from.on('close', () => {
        pipes.delete(pipe);
        // Nothing that one side says after the silence began reaches the other, its good-bye neither.
        if (!pipe.isSilent) to.destroy();
      });
    };
    carry(client, upstream);
    carry(upstream, client);
  });
  const end = (): void => {
    for (const { client, upstream } of pipes) {
      client.destroy();
      upstream.destroy();
    }
  };
  const silence = (): number => {
    for (const pipe of pipes) pipe.isSilent = true;
    return pipes.size;
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    end();
    server.close();
  });
  const url = new URL(databaseUrl);
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://${url.username || url.searchParams.get('user')}@127.0.0.1:${port}${url.pathname}`,
    silence,
    silenceAll: () => {
      allSilent = true;
      silence();
    },
    delay: (ms) => {
      delayMs = ms;
    },
    cut: () => {
      const count = pipes.size;
      end();
      return count;
    },
    heal: () => {
      allSilent = false;
      delayMs = 0;
    },
  };
}
