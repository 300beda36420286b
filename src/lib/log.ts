// One logger a process; secrets never reach it.
import { type Logger, pino } from 'pino';

export type Log = Logger;

const REDACTED_PATHS = [
  'req.headers.authorization',
  'req.headers.cookie',
  'headers.authorization',
  'headers.cookie',
  '*.password',
  '*.token',
  '*.accessToken',
  '*.refreshToken',
  '*.paymentDetails',
];

export function openLog(name: string, level: string): Log {
  return pino({ name, level, redact: { paths: REDACTED_PATHS, censor: '[redacted]' } });
}
