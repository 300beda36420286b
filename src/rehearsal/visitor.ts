// Somebody who searches and looks beside the crowd, from a process that does nothing else. What the crowd waits for is also its own two
// processes, which make thousands of requests a second on the shop's machine; what a visitor waits for is the shop.
import { setTimeout as sleep } from 'node:timers/promises';
import { note, openSeconds, type Second } from './figures.ts';
import { endingOf, openShopClient } from './shop-client.ts';

export type VisitOrder = {
  origin: string;
  /** After those of the crowd. */
  part: number;
  terms: string[];
  productIds: string[];
  startsAtMs: number;
};
export type VisitMessage = { kind: 'visits'; seconds: Second[] };

const LOOKS_A_SECOND = 20;
/** Ten seconds' worth. Who would come then is counted as not answered. */
const MAX_LOOKS_UNDER_WAY = 200;
const TELL_EVERY_MS = 500;

/** Comes by the clock, whether or not earlier looks were answered, until `ending`. */
export async function visit(
  order: VisitOrder,
  ending: AbortSignal,
  tell: (message: VisitMessage) => void,
): Promise<void> {
  const now = (): number => performance.timeOrigin + performance.now() - order.startsAtMs;
  const client = openShopClient(order.origin, order.part);
  const seconds = openSeconds();
  let underWay = 0;

  async function look(path: string, dueMs: number): Promise<void> {
    seconds.at(dueMs).offered++;
    if (underWay >= MAX_LOOKS_UNDER_WAY) {
      seconds.at(dueMs).endings.lost++;
      return;
    }
    underWay++;
    const reply = await client.send({ lane: 'looking', method: 'GET', path, headers: { accept: 'application/json' } });
    underWay--;
    const atMs = now();
    const second = seconds.at(atMs);
    second.endings[endingOf(reply)]++;
    if (reply.kind === 'answer') note(second.latency.visit, atMs - dueMs);
  }

  const report = (): void => tell({ kind: 'visits', seconds: seconds.take() });
  const reporting = setInterval(report, TELL_EVERY_MS);
  for (let n = 0; !ending.aborted; n++) {
    const dueMs = (n * 1_000) / LOOKS_A_SECOND;
    await sleep(Math.max(0, dueMs - now()), undefined, { signal: ending }).catch(() => {});
    if (!ending.aborted) void look(pathOf(order, n), dueMs);
  }
  clearInterval(reporting);
  await client.close();
  report();
}

/** Searching and looking by turns. */
function pathOf({ terms, productIds }: VisitOrder, n: number): string {
  const at = Math.floor(n / 2);
  if (n % 2 === 0 && terms.length > 0) return `/search/?term=${encodeURIComponent(terms[at % terms.length] ?? '')}`;
  return `/product/${productIds[at % productIds.length]}/`;
}
