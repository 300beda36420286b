// Requests that are never answered: the connection stays open for a while and is then dropped, as a lost network does it.
import type { FastifyReply } from 'fastify';

const HOLD_MS = 60_000;
const MAX_HELD = 1_000;

export type Silence = {
  hold(reply: FastifyReply): FastifyReply;
  /** Drops every held connection, and from now on each new one at once. */
  close(): void;
};

export function createSilence(): Silence {
  const drops = new Set<() => void>();
  let closed = false;
  return {
    hold: (reply) => {
      reply.hijack();
      const { socket } = reply.raw;
      const drop = () => socket?.destroy();
      if (closed || drops.size >= MAX_HELD) {
        drop();
        return reply;
      }
      drops.add(drop);
      const timer = setTimeout(drop, HOLD_MS);
      socket?.once('close', () => {
        clearTimeout(timer);
        drops.delete(drop);
      });
      return reply;
    },
    close: () => {
      closed = true;
      for (const drop of drops) drop();
    },
  };
}
