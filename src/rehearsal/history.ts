// What every buyer asked and was answered, in the order each load process saw it: JSON Lines, gzipped, bounded.
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { constants, createGunzip, createGzip } from 'node:zlib';

export type Operation =
  | 'search'
  | 'view'
  | 'purchase'
  | 'line'
  | 'payment'
  | 'bank'
  | 'payment-state'
  | 'track'
  | 'cancel';
/** unknown: the request may or may not have been carried out. */
export type EventKind = 'invoke' | 'ok' | 'fail' | 'unknown';
export type AnswerValue = {
  /** The problem's slug. */
  problem?: string;
  reservationId?: string;
  expiresAtMs?: number;
  ticketId?: string;
  state?: string;
  paymentId?: string;
  orderId?: string;
};
export type HistoryEvent = {
  /** ms since the start of the rehearsal. */
  at: number;
  request: string;
  user: number;
  operation: Operation;
  kind: EventKind;
  status?: number;
  value?: AnswerValue;
};

export type HistoryWriter = {
  write(event: HistoryEvent): void;
  lines(): number;
  close(): Promise<{ isWhole: boolean }>;
};

const MAX_LINES = 6_000_000; // a file: about 60 MB gzipped
const FLUSH_CHARACTERS = 65_536;
const MAX_WAITING_CHARACTERS = 64_000_000; // a disk that cannot follow must not eat the memory

export function openHistory(path: string): HistoryWriter {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  const file = createWriteStream(path);
  gzip.pipe(file);
  let text = '';
  let lines = 0;
  let isWhole = true;
  const flush = (): void => {
    gzip.write(text);
    text = '';
  };
  return {
    write: (event) => {
      if (lines >= MAX_LINES || gzip.writableLength > MAX_WAITING_CHARACTERS) {
        isWhole = false;
        return;
      }
      lines++;
      text += `${JSON.stringify(event)}\n`;
      if (text.length > FLUSH_CHARACTERS) flush();
    },
    lines: () => lines,
    close: async () => {
      flush();
      gzip.end();
      await once(file, 'close');
      return { isWhole };
    },
  };
}

export async function* readHistory(path: string): AsyncGenerator<HistoryEvent> {
  const lines = createInterface({
    input: createReadStream(path).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) yield JSON.parse(line) as HistoryEvent;
}
