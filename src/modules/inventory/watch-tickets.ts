// What the owners of tickets hear while they wait. However many of them this node serves, the database is asked with one
// statement a product, about those whose turn may have come, and only when their line has moved.
import { createBatcher } from '../../lib/batcher.ts';
import type { Database } from '../../lib/db.ts';
import { keyOf } from '../../lib/ids.ts';
import type { Log } from '../../lib/log.ts';
import { loadStandingTickets, type StandingTicketRow } from './store-tickets.ts';
import { positionOf, type Ticket } from './ticket.ts';
import { isFinallySoldOut, type Line, type LineWatch } from './watch-lines.ts';

export type StandingTicket = Ticket & {
  /** Of a granted one: until when the unit is held. */
  holdUntil: Date | null;
};
export type FindTicketOutcome =
  | { kind: 'found'; ticket: StandingTicket }
  | { kind: 'not-found' }
  | { kind: 'overloaded' };
type Tell = (ticket: StandingTicket, line: Line) => void;

export type TicketWatch = {
  /** The caller's own ticket; other people's are not found. */
  find(userId: number, ticketId: string): Promise<FindTicketOutcome>;
  hasRoom(ticket: Ticket): boolean;
  /** Hears of a ticket's end at once and of its place as the line moves on. Never calls back before it has returned. */
  follow(ticket: StandingTicket, tell: Tell): () => void;
  /** Something happened to this ticket here: look at it without waiting for its line to move. */
  lookAgain(userId: number, ticketId: string): void;
  close(): void;
};

const TICK_MS = 250;
/** Up to here every move is told; further back one waits long enough not to mind. */
const NEAR_POSITIONS = 100;
/** 20,000 readers cost 4,000 writes a second, about 5 % of a core. */
const FAR_TOLD_EVERY_MS = 5_000;
const MAX_LOOKED_AT_ONCE = 5_000;
/** So that the end of a sale, which is told to all, holds up everybody else for a tenth of a second at most. */
const MAX_TOLD_AT_ONCE = 4_000;
/** Who is next may also be somebody behind one who is passed over, because a unit is held for them already. */
const LOOKED_AT_FRONT = 500;
/** Browsers open no more connections than this to one server. */
const MAX_FOLLOWERS_OF_TICKET = 6;
const MAX_BATCH_FINDS = 1_000;
const MAX_QUEUED_FINDS = 20_000;
const MAX_PRODUCTS_IN_FLIGHT = 4;
const RETRY_FOR_MS = 2_000;

type Watched = { ticket: StandingTicket; tells: Set<Tell>; isUnsure: boolean; toldStamp: number };
/** All watched tickets of one product. `stamp` counts the news of its line. */
type Crowd = {
  line: Line;
  stamp: number;
  byUser: Map<number, Watched>;
  turn: Iterator<Watched>;
  hasMoved: boolean;
  isLooking: boolean;
};

export function openTicketWatch(db: Database, lines: LineWatch, log: Log): TicketWatch {
  const crowds = new Map<number, Crowd>();
  let timer: NodeJS.Timeout | undefined;
  const finding = createBatcher<number, StandingTicket | undefined>({
    maxBatchItems: MAX_BATCH_FINDS,
    maxQueuedItems: MAX_QUEUED_FINDS,
    maxKeysInFlight: MAX_PRODUCTS_IN_FLIGHT,
    retryForMs: RETRY_FOR_MS,
    run: async (productId, userIds) => {
      const found = await load(productId, userIds);
      return userIds.map((userId) => found.get(userId));
    },
  });

  async function load(productId: number, userIds: readonly number[]): Promise<Map<number, StandingTicket>> {
    const rows = await loadStandingTickets(db, productId, userIds);
    return new Map(rows.map((row) => [row.user_id, toTicket(productId, row)]));
  }

  const stopHearing = lines.onChange((changed) => {
    for (const line of changed) {
      const crowd = crowds.get(line.productId);
      if (!crowd) continue;
      const { line: before } = crowd;
      crowd.hasMoved ||=
        before.version !== line.version || line.waiting < before.waiting || before.draw?.seed !== line.draw?.seed;
      crowd.line = line;
      crowd.stamp++;
      void advance(line.productId, crowd);
    }
  });

  function tick(): void {
    for (const [productId, crowd] of crowds) {
      void advance(productId, crowd);
      const share = Math.ceil((crowd.byUser.size * TICK_MS) / FAR_TOLD_EVERY_MS);
      for (const watched of nextOf(crowd, share)) if (watched.toldStamp !== crowd.stamp) tellNow(crowd, watched);
    }
  }

  /** First whose turn has come, then those who stand near. */
  async function advance(productId: number, crowd: Crowd): Promise<void> {
    if (crowd.hasMoved && !crowd.isLooking) {
      crowd.isLooking = true;
      crowd.hasMoved = false;
      try {
        await lookAt(productId, crowd);
      } catch (error) {
        crowd.hasMoved = true;
        log.debug({ err: error, productId }, 'tickets could not be looked at');
      } finally {
        crowd.isLooking = false;
      }
    }
    const isOver = isFinallySoldOut(crowd.line);
    let told = 0;
    for (const watched of crowd.byUser.values()) {
      if (watched.toldStamp === crowd.stamp || !(isOver || isNear(crowd, watched))) continue;
      tellNow(crowd, watched);
      if (++told === MAX_TOLD_AT_ONCE) return;
    }
  }

  async function lookAt(productId: number, crowd: Crowd): Promise<void> {
    const candidates = mayHaveChanged(crowd);
    const asked = candidates.slice(0, MAX_LOOKED_AT_ONCE);
    if (asked.length < candidates.length) crowd.hasMoved = true;
    for (const watched of asked) watched.isUnsure = false;
    const found = await load(
      productId,
      asked.map(({ ticket }) => ticket.userId),
    ).catch((error: unknown) => {
      for (const watched of asked) watched.isUnsure = true;
      throw error;
    });
    for (const watched of asked) {
      const { ticket } = watched;
      // Another ticket of the same owner: this one was left, on another page, and joined again.
      const now = found.get(ticket.userId);
      const fresh = now?.ticketId === ticket.ticketId ? now : { ...ticket, state: 'left' as const };
      if (fresh.state === ticket.state && fresh.place === ticket.place) continue;
      // Where one has gone, the next in line may have too.
      crowd.hasMoved = true;
      watched.ticket = fresh;
      tellNow(crowd, watched);
    }
  }

  function follow(ticket: StandingTicket, tell: Tell): () => void {
    const { productId, userId } = ticket;
    const line = lines.line(productId);
    if (!line) return () => {};
    const crowd = crowds.get(productId) ?? emptyCrowd(line);
    crowds.set(productId, crowd);
    const known = crowd.byUser.get(userId);
    const watched = known?.ticket.ticketId === ticket.ticketId ? known : newWatched(ticket, crowd.stamp);
    watched.tells.add(tell);
    crowd.byUser.set(userId, watched);
    // It may have changed since it was read, before anybody listened.
    watched.isUnsure = true;
    crowd.hasMoved = true;
    timer ??= setInterval(tick, TICK_MS).unref();
    return () => {
      watched.tells.delete(tell);
      if (watched.tells.size > 0 || crowd.byUser.get(userId) !== watched) return;
      crowd.byUser.delete(userId);
      if (crowd.byUser.size === 0 && crowds.get(productId) === crowd) crowds.delete(productId);
      if (crowds.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  return {
    follow,
    find: async (userId, ticketId) => {
      const productId = keyOf(ticketId);
      if (productId === undefined) return { kind: 'not-found' };
      const found = await finding.submit(productId, userId);
      if (found && 'kind' in found) return found;
      return found?.ticketId === ticketId ? { kind: 'found', ticket: found } : { kind: 'not-found' };
    },
    hasRoom: ({ productId, userId }) =>
      (crowds.get(productId)?.byUser.get(userId)?.tells.size ?? 0) < MAX_FOLLOWERS_OF_TICKET,
    lookAgain: (userId, ticketId) => {
      const crowd = crowds.get(keyOf(ticketId) ?? -1);
      const watched = crowd?.byUser.get(userId);
      if (!crowd || !watched) return;
      watched.isUnsure = true;
      crowd.hasMoved = true;
    },
    close: () => {
      stopHearing();
      clearInterval(timer);
      crowds.clear();
    },
  };
}

function newWatched(ticket: StandingTicket, toldStamp: number): Watched {
  return { ticket, tells: new Set(), isUnsure: true, toldStamp };
}

function emptyCrowd(line: Line): Crowd {
  const byUser = new Map<number, Watched>();
  return { line, stamp: 0, byUser, turn: byUser.values(), hasMoved: true, isLooking: false };
}

/** Those whose turn has come or who were just drawn, and the first of the others. */
function mayHaveChanged({ line, byUser }: Crowd): Watched[] {
  const head = line.head ?? line.lastPlace + 1;
  const certain: Watched[] = [];
  const behind: Watched[] = [];
  for (const watched of byUser.values()) {
    const { place } = watched.ticket;
    if (watched.isUnsure || (place === null ? line.draw?.drawnAt : place < head)) certain.push(watched);
    else if (place !== null) behind.push(watched);
  }
  // Only the places are sorted: 20,000 of them in 1 ms.
  const places = Float64Array.from(behind, placeOf).sort();
  const lastOfFront = places[LOOKED_AT_FRONT - 1] ?? Number.POSITIVE_INFINITY;
  return [...certain, ...behind.filter((watched) => placeOf(watched) <= lastOfFront)];
}

function placeOf({ ticket }: Watched): number {
  return ticket.place ?? Number.POSITIVE_INFINITY;
}

/** The next few in turn. The iterator goes on with those who came meanwhile, and begins again when it is through. */
function* nextOf(crowd: Crowd, count: number): Generator<Watched> {
  for (let n = 0; n < count; n++) {
    let next = crowd.turn.next();
    if (next.done) {
      crowd.turn = crowd.byUser.values();
      next = crowd.turn.next();
    }
    if (next.done) return;
    yield next.value;
  }
}

function isNear(crowd: Crowd, { ticket }: Watched): boolean {
  const position = positionOf(ticket.place, crowd.line);
  return position !== null && position <= NEAR_POSITIONS;
}

function tellNow(crowd: Crowd, watched: Watched): void {
  watched.toldStamp = crowd.stamp;
  for (const tell of [...watched.tells]) tell(watched.ticket, crowd.line);
}

function toTicket(productId: number, row: StandingTicketRow): StandingTicket {
  return {
    ticketId: row.ticket_id,
    productId,
    userId: row.user_id,
    state: row.state,
    place: row.place,
    holdUntil: row.hold_until,
  };
}
