// The child's side of supervise.ts.
import type { ChildMessage } from './supervise.ts';

const ORPHAN_GRACE_MS = 1_000; // the next start waits a little longer than this for our ports

/** Runs start, tells the parent how it went, and closes what it returned when the parent says so or is gone. */
export async function runSupervised(
  start: () => Promise<{ close(): Promise<void> }>,
  explain: (error: unknown) => string,
): Promise<void> {
  let isEnding = false;
  let running: { close(): Promise<void> } | undefined;

  async function end(graceMs: number | undefined): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    if (graceMs !== undefined) setTimeout(() => process.exit(1), graceMs);
    // Before it runs there is nothing whose end anybody waits for.
    await running?.close();
    process.exit(0);
  }

  // A terminal's Ctrl-C is the parent's business.
  process.on('SIGINT', () => {
    if (!process.connected) end(undefined).catch(fail);
  });
  process.on('SIGTERM', () => end(undefined).catch(fail));
  process.on('disconnect', () => end(ORPHAN_GRACE_MS).catch(fail));

  try {
    running = await start();
    if (!isEnding) await tell({ kind: 'ready' });
  } catch (error) {
    fail(error);
  }

  function fail(error: unknown): void {
    const reason = explain(error);
    if (!process.connected) console.error(reason);
    tell({ kind: 'failed', reason }).finally(() => process.exit(1));
  }
}

function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve();
    // A parent that is gone by now is noticed by 'disconnect'.
    else process.send(message, () => resolve());
  });
}
