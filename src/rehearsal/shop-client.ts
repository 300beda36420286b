// The crowd's way to the shop: many connections from many addresses of the loopback, each request with an end in sight.
import { connect } from 'node:net';
import { type buildConnector, Pool } from 'undici';
import type { Ending } from './figures.ts';

export type Answer = {
  kind: 'answer';
  status: number;
  body: Record<string, unknown>;
  retryAfterMs: number | null;
};
/** not-sent: nobody has heard of it. no-answer: it may have been carried out. */
export type Reply = Answer | { kind: 'not-sent' } | { kind: 'no-answer' };
/** Who looks or pays does not stand behind those who press Buy: people have connections of their own, the load process a bounded number. */
export type Lane = 'looking' | 'buying' | 'till';
export type ShopRequest = {
  lane: Lane;
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
};
/** The last event of a stream; undefined: cut, or refused. */
export type LastEvent = { name: string; data: Record<string, unknown> } | undefined;
export type ShopClient = {
  send(request: ShopRequest): Promise<Reply>;
  /** Listens until an event has a name. */
  listen(path: string, headers: Record<string, string>, ending: AbortSignal): Promise<LastEvent>;
  close(): Promise<void>;
};

const CONNECTIONS: Record<Lane, number> = { looking: 250, buying: 450, till: 150 };
const CONNECT_TIMEOUT_MS = 3_000;
// Longer than the shop waits for its payment provider.
const ANSWER_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 30_000;
const MAX_ANSWER_BYTES = 1_000_000;

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'UND_ERR_CONNECT_TIMEOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** Open at once, a process; beyond it buyers ask again and again instead. */
export const MAX_STREAMS = 1_000;

export function openShopClient(origin: string, part: number): ShopClient {
  const { hostname, port, protocol } = new URL(origin);
  const common = {
    pipelining: 1,
    headersTimeout: ANSWER_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect:
      hostname === '127.0.0.1' && protocol === 'http:'
        ? fromManyAddresses(Number(port), part)
        : { timeout: CONNECT_TIMEOUT_MS },
  };
  const poolOf = (lane: Lane): Pool =>
    new Pool(origin, {
      ...common,
      connections: CONNECTIONS[lane],
      bodyTimeout: ANSWER_TIMEOUT_MS,
      maxResponseSize: MAX_ANSWER_BYTES,
    });
  const pools = { looking: poolOf('looking'), buying: poolOf('buying'), till: poolOf('till') };
  const streams = new Pool(origin, { ...common, connections: MAX_STREAMS, bodyTimeout: 0 });
  return {
    send: async ({ lane, method, path, headers, body }) => {
      try {
        const response = await pools[lane].request({ method, path, headers, body: body ?? null });
        const text = await response.body.text();
        const retryAfter = Number(response.headers['retry-after']);
        return {
          kind: 'answer',
          status: response.statusCode,
          body: readBody(text, String(response.headers['content-type'])),
          retryAfterMs: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter * 1_000 : null,
        };
      } catch (error) {
        return { kind: NEVER_SENT.has((error as NodeJS.ErrnoException).code ?? '') ? 'not-sent' : 'no-answer' };
      }
    },
    listen: async (path, headers, ending) => {
      try {
        const response = await streams.request({
          method: 'GET',
          path,
          headers: { ...headers, accept: 'text/event-stream' },
          signal: ending,
        });
        if (response.statusCode !== 200) {
          await response.body.dump();
          return undefined;
        }
        return await namedEvent(response.body.setEncoding('utf8'));
      } catch {
        return undefined;
      }
    },
    close: async () => {
      await Promise.all([...Object.values(pools), streams].map((pool) => pool.destroy()));
    },
  };
}

export function endingOf(reply: Reply): Ending {
  if (reply.kind !== 'answer') return 'lost';
  const { status } = reply;
  if (status < 400) return 'ok';
  if (status === 503 || status === 429) return 'shed';
  // 403: the drop asks for something first.
  return [402, 403, 409, 410].includes(status) ? 'refused' : 'fault';
}

async function namedEvent(chunks: AsyncIterable<string>): Promise<LastEvent> {
  let text = '';
  for await (const chunk of chunks) {
    const events = (text + chunk).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const name = /^event: (.*)$/m.exec(event)?.[1];
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (name && data) return { name, data: JSON.parse(data) as Record<string, unknown> };
    }
  }
  return undefined;
}

function readBody(text: string, type: string): Record<string, unknown> {
  if (!type.includes('json')) return {};
  return JSON.parse(text) as Record<string, unknown>;
}

// A crowd comes from many addresses, and what is limited by address must not take it for one noisy client: all of 127.0.0.0/8 is this machine.
function fromManyAddresses(port: number, part: number): buildConnector.connector {
  let count = 0;
  return (_options, done) => {
    const n = count++ % 60_000;
    const localAddress = `127.${10 + part}.${Math.floor(n / 250)}.${1 + (n % 250)}`;
    const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
    socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
      socket.destroy(Object.assign(new Error('connect timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' })),
    );
    const failed = (error: Error): void => done(error, null);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeListener('error', failed);
      done(null, socket);
    });
  };
}
