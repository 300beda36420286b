// Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), bounded for the node that serves them.
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problem } from '../../lib/problem.ts';
import type { App } from './shop.ts';

/** A stream is about 26 KB of memory with its socket: 520 MB at most (bench/sse.ts). */
const MAX_STREAMS = 20_000;
/** A reader that is this far behind is cut off; its browser comes back and is told from where it was. */
const MAX_BUFFERED_BYTES = 64 * 1024;
/** Below the idle timeout of common proxies (60 s), and soon enough to notice a reader that has gone. */
const HEARTBEAT_MS = 15_000;
/** 20,000 writes in a row would hold up every other request for a quarter of a second. */
const HEARTBEAT_SLICES = 30;
/** Then the browser comes back by itself, and whether it may still listen is asked again. */
const MAX_STREAM_MS = 30 * 60_000;
const RETRY_AFTER_SECONDS = 10;
const RECONNECT_MS = 2_000;
const RECONNECT_SPREAD_MS = 3_000;

export type StreamLimits = { maxStreams: number; maxBufferedBytes: number; heartbeatMs: number; maxStreamMs: number };
const LIMITS: StreamLimits = {
  maxStreams: MAX_STREAMS,
  maxBufferedBytes: MAX_BUFFERED_BYTES,
  heartbeatMs: HEARTBEAT_MS,
  maxStreamMs: MAX_STREAM_MS,
};

type ServerEvent = { id?: number; name?: string; data: unknown };
export type EventStream = {
  /** Does nothing once the stream is over. */
  send(event: ServerEvent): void;
  /** The last event of a stream that must not be opened again: scripts close on it. Its name is `end` or the one given. */
  end(data: unknown, name?: string): void;
  /** Ends it in a way that makes the browser come back. */
  cut(): void;
  onClose(listener: () => void): void;
  isOpen(): boolean;
};
export type Streams = {
  /** Answers the request with a stream. Throws the problem 'overloaded' where the node has no room for one more. */
  open(request: FastifyRequest, reply: FastifyReply): EventStream;
  count(): number;
};

type Entry = { readable: Readable; openedAt: number; writtenAt: number; behindBytes: () => number };

export function wantsEventStream(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/event-stream');
}

/** The id of the last event that a returning browser has seen, or 0. */
export function lastEventId(request: FastifyRequest): number {
  const given = request.headers['last-event-id'];
  return typeof given === 'string' && /^\d{1,9}$/.test(given) ? Number(given) : 0;
}

const byServer = new WeakMap<object, Streams>();

/** The streams of this server: one count and one heartbeat, whichever route opens them. Call while routes are registered. */
export function streamsOf(app: App, limits: StreamLimits = LIMITS): Streams {
  const known = byServer.get(app.server);
  if (known) return known;
  const made = makeStreams(app, limits);
  byServer.set(app.server, made);
  return made;
}

function makeStreams(app: App, limits: StreamLimits): Streams {
  const entries = new Set<Entry>();
  let heartbeat: NodeJS.Timeout | undefined;

  let turn = entries.values();

  /** Each beat is for the next few in turn; the iterator goes on with those who came meanwhile. */
  function beat(): void {
    const now = performance.now();
    for (let n = Math.ceil(entries.size / HEARTBEAT_SLICES); n > 0; n--) {
      let next = turn.next();
      if (next.done) {
        turn = entries.values();
        next = turn.next();
      }
      if (next.done) return;
      const entry = next.value;
      if (now - entry.openedAt > limits.maxStreamMs) entry.readable.push(null);
      else if (now - entry.writtenAt > limits.heartbeatMs / 2) write(entry, ':\n\n');
    }
  }

  function write(entry: Entry, text: string): void {
    if (entry.readable.destroyed || entry.readable.readableEnded) return;
    entry.writtenAt = performance.now();
    entry.readable.push(text);
    if (entry.behindBytes() > limits.maxBufferedBytes) entry.readable.destroy();
  }

  // Open streams would keep the server from closing. Browsers come back, to a node that is there.
  app.addHook('preClose', async () => {
    clearInterval(heartbeat);
    for (const entry of entries) entry.readable.push(null);
  });

  return {
    open(request, reply) {
      if (entries.size >= limits.maxStreams) throw problem('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
      const readable = new Readable({ read() {} });
      const entry: Entry = {
        readable,
        openedAt: performance.now(),
        writtenAt: performance.now(),
        behindBytes: () => readable.readableLength + reply.raw.writableLength,
      };
      entries.add(entry);
      heartbeat ??= setInterval(beat, limits.heartbeatMs / HEARTBEAT_SLICES).unref();
      const listeners: (() => void)[] = [];
      readable.on('error', (error) => request.log.debug({ err: error }, 'a stream ended early'));
      readable.once('close', () => {
        entries.delete(entry);
        if (entries.size === 0) {
          clearInterval(heartbeat);
          heartbeat = undefined;
        }
        for (const listener of listeners) listener();
      });
      // Spread, so that the readers of a node that went away do not all come back in the same moment.
      readable.push(`retry: ${RECONNECT_MS + Math.floor(Math.random() * RECONNECT_SPREAD_MS)}\n\n`);
      reply
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .send(readable);
      return {
        send: (event) => write(entry, textOf(event)),
        end: (data, name = 'end') => {
          write(entry, textOf({ name, data }));
          if (!readable.destroyed) readable.push(null);
        },
        cut: () => {
          readable.destroy();
        },
        onClose: (listener) => {
          if (readable.destroyed) listener();
          else listeners.push(listener);
        },
        isOpen: () => entries.has(entry),
      };
    },
    count: () => entries.size,
  };
}

// JSON has no line breaks of its own, so an event's data is one line.
function textOf(event: ServerEvent): string {
  const id = event.id === undefined ? '' : `id: ${event.id}\n`;
  const name = event.name === undefined ? '' : `event: ${event.name}\n`;
  return `${id}${name}data: ${JSON.stringify(event.data)}\n\n`;
}
