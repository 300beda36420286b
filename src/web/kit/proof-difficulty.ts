// How hard the puzzle of a drop is: harder when many come at once, and for who has asked for many of them.
import { LRUCache } from 'lru-cache';
import { clientOf } from './rate-limit.ts';

const MAX_CLIENTS_REMEMBERED = 100_000;
const REMEMBERED_FOR_MS = 10 * 60_000;
/** 32 times the easiest: 2 to 4 s of one core on a desktop, half a minute on an old phone. */
const MAX_FACTOR = 32;

type Step = { from: number; factor: number };
/** Buyers in this node's queues. */
const LOAD_STEPS: readonly Step[] = [
  { from: 8_000, factor: 8 },
  { from: 2_000, factor: 4 },
  { from: 500, factor: 2 },
];
/** Puzzles asked for within ten minutes: a person needs one or two. */
const USER_STEPS: readonly Step[] = [
  { from: 20, factor: 16 },
  { from: 10, factor: 8 },
  { from: 6, factor: 4 },
  { from: 3, factor: 2 },
];
/** Wide: a mobile network puts thousands of people behind one address. */
const ADDRESS_STEPS: readonly Step[] = [
  { from: 20_000, factor: 8 },
  { from: 5_000, factor: 4 },
  { from: 1_000, factor: 2 },
];
/** A wrong answer comes from a program: it counts like so many questions. */
const WRONG_COUNTS = 5;

export type Client = { userId: number; ip: string };
export type Difficulty = {
  /** From 1, the easiest. */
  now(client: Client): number;
  /** The same, and counts as one question of this client. */
  next(client: Client): number;
  wrong(client: Client): void;
};

export function openDifficulty(load: () => number): Difficulty {
  // Each entry ends ten minutes after its first question: `noUpdateTTL`.
  const asked = new LRUCache<string, number>({
    max: MAX_CLIENTS_REMEMBERED,
    ttl: REMEMBERED_FOR_MS,
    noUpdateTTL: true,
  });
  const userKey = ({ userId }: Client): string => `user ${userId}`;
  const addressKey = ({ ip }: Client): string => `address ${clientOf(ip)}`;

  function note(client: Client, weight: number): void {
    for (const key of [userKey(client), addressKey(client)]) asked.set(key, (asked.get(key) ?? 0) + weight);
  }
  function current(client: Client): number {
    const factor =
      factorOf(LOAD_STEPS, load()) *
      factorOf(USER_STEPS, asked.get(userKey(client)) ?? 0) *
      factorOf(ADDRESS_STEPS, asked.get(addressKey(client)) ?? 0);
    return Math.min(factor, MAX_FACTOR);
  }
  return {
    now: current,
    next: (client) => {
      const factor = current(client);
      note(client, 1);
      return factor;
    },
    wrong: (client) => note(client, WRONG_COUNTS),
  };
}

function factorOf(steps: readonly Step[], value: number): number {
  return steps.find((step) => value >= step.from)?.factor ?? 1;
}
