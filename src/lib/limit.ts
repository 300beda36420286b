/** Runs at most maxAtOnce works and lets maxWaiting wait in order; all others hear undefined at once. */
export function createLimit(maxAtOnce: number, maxWaiting: number) {
  let running = 0;
  const waiting: (() => void)[] = [];

  return async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (running >= maxAtOnce) {
      if (waiting.length >= maxWaiting) return undefined;
      // Whoever leaves hands its place on, so that nobody who comes meanwhile takes it.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running++;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
