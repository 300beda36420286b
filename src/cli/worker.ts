// souk worker: background jobs, as a child of souk start.
import type { Config } from '../config.ts';
import { runSupervised } from '../lib/supervised-child.ts';
import { startWorker } from '../worker.ts';
import { explain } from './refusal.ts';

export async function worker(config: Config): Promise<void> {
  await runSupervised(() => startWorker(config), explain);
}
