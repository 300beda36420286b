// A load generator's side of HTTP/1.1: requests are bytes made beforehand and answers are read only as far as their status.
// It costs a tenth of what a full client does, which matters where load, shop and database share two cores.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const STATUS_AT = 'HTTP/1.1 '.length;

export const NOT_SENT = -1;
/** The connection ended before its answer came. */
export const LOST = 0;

export type RawClient = {
  /** One request on a connection that is free; who finds none waits in order. */
  ask(request: Buffer): Promise<number>;
  /** The same, and NOT_SENT at once where no connection is free: then the request is not even made. */
  askNow(make: () => Buffer): Promise<number>;
  close(): void;
};

type Line = {
  socket: Socket;
  isOpen: boolean;
  got: Buffer | undefined;
  answer: ((status: number) => void) | undefined;
};

/** More at once may be lost before the server accepts them (its queue has 511 places), and come only with the next try, a second later. */
const OPENED_AT_ONCE = 200;

export async function openRawClient(port: number, connections: number): Promise<RawClient> {
  const free: Line[] = [];
  const waiting: { request: Buffer; answer: (status: number) => void }[] = [];
  const lines = new Set<Line>();
  let isClosed = false;

  function send(line: Line, request: Buffer, answer: (status: number) => void): void {
    line.answer = answer;
    line.socket.write(request);
  }

  function makeFree(line: Line): void {
    const next = waiting.shift();
    if (next) send(line, next.request, next.answer);
    else free.push(line);
  }

  function takeFree(): Line | undefined {
    for (let line = free.pop(); line; line = free.pop()) if (line.isOpen) return line;
    return undefined;
  }

  async function openLine(): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const line: Line = { socket, isOpen: true, got: undefined, answer: undefined };
    lines.add(line);
    socket.on('data', (bytes: Buffer) => {
      // The server says that this line was idle for too long, and closes it: nobody has asked for that.
      if (!line.answer) return;
      line.got = line.got ? Buffer.concat([line.got, bytes]) : bytes;
      const status = completeStatus(line.got);
      if (status === undefined) return;
      const { answer } = line;
      line.answer = undefined;
      line.got = undefined;
      makeFree(line);
      answer(status);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      line.isOpen = false;
      lines.delete(line);
      line.answer?.(LOST);
      // As a browser would. A server that is gone is met again by the next request.
      if (!isClosed) void openLine().catch(() => {});
    });
    await once(socket, 'connect');
    makeFree(line);
  }

  for (let n = 0; n < connections; n += OPENED_AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(OPENED_AT_ONCE, connections - n) }, openLine));
  return {
    ask: (request) =>
      new Promise((resolve) => {
        const line = takeFree();
        if (line) send(line, request, resolve);
        else waiting.push({ request, answer: resolve });
      }),
    askNow: (make) => {
      const line = takeFree();
      return line ? new Promise((resolve) => send(line, make(), resolve)) : Promise.resolve(NOT_SENT);
    },
    close: () => {
      isClosed = true;
      for (const { socket } of lines) socket.destroy();
    },
  };
}

/** The status once the whole answer is there. Answers of ours say their length. */
function completeStatus(bytes: Buffer): number | undefined {
  const headEnd = bytes.indexOf(END_OF_HEAD);
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < headEnd + END_OF_HEAD.length + length) return undefined;
  return Number(head.slice(STATUS_AT, STATUS_AT + 3));
}

export function rawPost(path: string, headers: Record<string, string>, body: object): Buffer {
  const text = JSON.stringify(body);
  const lines = Object.entries({
    host: '127.0.0.1',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${text}`,
  );
}

export function rawGet(path: string, accept: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: ${accept}\r\n\r\n`);
}
