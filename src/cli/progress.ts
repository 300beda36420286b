// A bar on a terminal, a plain line now and then elsewhere, nothing for programs. All on stderr: stdout is for results.
import { Presets, SingleBar } from 'cli-progress';

export type Progress = { update(done: number, total: number, note: string): void; end(): void };

const LINE_EVERY_MS = 5_000;

export function openProgress(what: string, isSilent: boolean): Progress {
  if (isSilent) return { update: () => {}, end: () => {} };
  return process.stderr.isTTY ? bar(what) : lines(what);
}

function bar(what: string): Progress {
  const format = `  ${what} {bar} {percentage}%  {note}`;
  const shown = new SingleBar(
    { format, stream: process.stderr, hideCursor: true, clearOnComplete: true, fps: 10 },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    update: (done, total, note) => {
      if (isStarted) shown.setTotal(total);
      else shown.start(total, 0, { note: '' });
      isStarted = true;
      shown.update(done, { note });
    },
    end: () => shown.stop(),
  };
}

function lines(what: string): Progress {
  let saidAt = performance.now();
  return {
    update: (done, total, note) => {
      if (performance.now() - saidAt < LINE_EVERY_MS) return;
      saidAt = performance.now();
      console.error(`${what}: ${total > 0 ? Math.floor((100 * done) / total) : 100} %, ${note}`);
    },
    end: () => {},
  };
}
