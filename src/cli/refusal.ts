// What a command says when it cannot do its work: one sentence for the person at the terminal, and no stack trace.
import { errorCode } from '../lib/db.ts';
import { EmbeddedPostgresError } from '../lib/embedded-postgres.ts';

export class Refusal extends Error {}

const DISK_FAULTS: Record<string, string> = {
  ENOSPC: 'The disk is full',
  EDQUOT: 'The disk quota is used up',
  EROFS: 'The disk is read-only',
  EACCES: 'Souk has no right to use that file',
  EPERM: 'Souk has no right to use that file',
};

/** undefined: not foreseen, so its stack trace is worth more than a sentence. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Refusal || error instanceof EmbeddedPostgresError) return error.message;
  const diskFault = DISK_FAULTS[errorCode(error) ?? ''];
  if (diskFault && error instanceof Error) {
    const path = 'path' in error && typeof error.path === 'string' ? ` (${error.path})` : '';
    return `${diskFault}${path}.`;
  }
  return undefined;
}

export function explain(error: unknown): string {
  return sentenceOf(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}
