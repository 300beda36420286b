// When a running shop is asked to stop: by a signal, by its terminal, or by the death of whoever started it.
const IMPATIENT_AFTER_MS = 1_000; // npm and the terminal both pass one Ctrl-C on

/** Aborts at the first request; a second one, made by a person, ends the process at once, after `last`. */
export function watchStopSignals(log: (message: string) => void, last?: () => void): AbortSignal {
  const stopping = new AbortController();
  let askedAt = 0;
  function ask(why: string): void {
    if (!stopping.signal.aborted) {
      askedAt = performance.now();
      log(`${why}: finishing open requests and stopping.`);
      stopping.abort();
    } else if (performance.now() - askedAt > IMPATIENT_AFTER_MS) {
      log('Stopping at once. What is left is put right at the next start.');
      last?.();
      process.exit(1);
    }
  }
  process.on('SIGINT', () => ask('Ctrl-C'));
  process.on('SIGTERM', () => ask('SIGTERM'));
  process.on('SIGHUP', () => ask('The terminal closed'));
  process.on('disconnect', () => ask('The launcher ended'));
  // Writing to a terminal that is gone must not keep us from stopping.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return stopping.signal;
}
