// Closing waits for answers under way and for nothing else.
import type { Socket } from 'node:net';
import type { App } from './shop.ts';

const CLOSE_IDLE_EVERY_MS = 50;

/**
 * When closing begins, Node ends the connections that are idle then. One whose answer was under way turns idle a moment later and
 * would be waited for until its keep-alive ends (72 s); one that a browser opened ahead, and never used, until its headers are late.
 */
export function installClosing(app: App): void {
  const unused = new Set<Socket>();
  app.server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', (request) => unused.delete(request.socket));
  app.addHook('preClose', async () => {
    const closeIdle = (): void => {
      app.server.closeIdleConnections();
      for (const socket of unused) socket.destroy();
    };
    const timer = setInterval(closeIdle, CLOSE_IDLE_EVERY_MS);
    app.server.once('close', () => clearInterval(timer));
  });
}
