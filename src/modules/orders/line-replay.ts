// The history of a line, gone through event by event by its own rules; what does not follow from what came before is a fault.
import { createHash } from 'node:crypto';
import type { Announcement, LineEvent } from './statement-schema.ts';

/** What may follow an event of a ticket; nothing came before: a hold or a sale from before the line. Read by the audit too. */
export const LINE_EVENT_TRANSITIONS = {
  '': ['joined', 'bought', 'returned'],
  joined: ['granted', 'left'],
  granted: ['bought', 'lapsed', 'left'],
  /** The money came late, and a unit was free. */
  lapsed: ['bought'],
  left: ['bought'],
  bought: ['returned'],
} as const satisfies Record<string, readonly string[]>;

export type ReplayRule = 'sequence' | 'steps' | 'order' | 'draw' | 'opening' | 'limits';
export type Replay = {
  faults: { rule: ReplayRule; what: string }[];
  /** Customers by the ids of their tickets and of earlier holds that were sold. */
  customers: Map<string, string>;
  granted: Set<string>;
  bought: Set<string>;
  returned: Set<string>;
  mostUnitsAtOnce: number;
};

type Ticket = { ticketId: string; customer: string; place: number | null; last: string; wasGranted: boolean };
type TicketEvent = Exclude<LineEvent, { kind: 'announced' | 'drawn' }>;

export function replayLine(events: readonly LineEvent[]): Replay {
  const replay: Replay = {
    faults: [],
    customers: new Map(),
    granted: new Set(),
    bought: new Set(),
    returned: new Set(),
    mostUnitsAtOnce: 0,
  };
  const tickets = new Map<string, Ticket>();
  /** The one ticket of a customer that waits or has its hold. */
  const live = new Map<string, Ticket>();
  const units = new Map<string, number>();
  const holders = new Set<string>();
  let line: Ticket[] = [];
  let head = 0;
  let undrawn: Ticket[] = [];
  let terms: Announcement | undefined;
  let isDrawn = false;
  let unitsNow = 0;
  let waiting = 0;

  const fault = (rule: ReplayRule, event: LineEvent, what: string): void => {
    replay.faults.push({ rule, what: `event ${event.sequence}: ${what}` });
  };
  const addUnits = (customer: string, change: number): number => {
    const now = (units.get(customer) ?? 0) + change;
    units.set(customer, now);
    unitsNow += change;
    replay.mostUnitsAtOnce = Math.max(replay.mostUnitsAtOnce, unitsNow);
    return now;
  };
  const checkLimit = (event: LineEvent, count: number): void => {
    if (terms && count > terms.perCustomerLimit)
      fault('limits', event, `a customer's unit ${count}, of ${terms.perCustomerLimit} allowed`);
  };

  function announce(event: Announcement): void {
    if (waiting > 0) fault('steps', event, 'the terms changed while somebody waited');
    if ((event.mode === 'lottery') !== (event.commitment !== null))
      fault('draw', event, 'a lottery has a commitment, and nothing else has');
    terms = event;
    isDrawn = false;
    [line, head, undrawn] = [[], 0, []];
    for (const customer of event.holders) holders.add(customer);
  }

  function draw(event: Extract<LineEvent, { kind: 'drawn' }>): void {
    if (terms?.mode !== 'lottery' || isDrawn) fault('draw', event, 'there was nothing to draw');
    if (terms && event.at < terms.opensAt) fault('opening', event, 'drawn before the opening');
    if (terms?.commitment !== sha256(Buffer.from(event.seed, 'hex')))
      fault('draw', event, 'the seed is not the one that was promised');
    const drawn = undrawn.filter((ticket) => ticket.last === 'joined');
    if (drawn.length !== event.tickets)
      fault('draw', event, `${event.tickets} tickets were drawn, and ${drawn.length} waited`);
    const seed = Buffer.from(event.seed, 'hex');
    const keyed = drawn.map((ticket) => ({ ticket, key: `${sha256(seed, ticket.ticketId)} ${ticket.ticketId}` }));
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
    line = keyed.map(({ ticket }) => ticket);
    line.forEach((ticket, n) => {
      ticket.place = n + 1;
    });
    isDrawn = true;
  }

  function join(event: Extract<LineEvent, { kind: 'joined' }>): void {
    const { ticketId, customer, place } = event;
    if (!terms || terms.mode === 'open') fault('steps', event, 'there was no line to join');
    const ticket: Ticket = { ticketId, customer, place, last: 'joined', wasGranted: false };
    if (live.has(customer)) fault('steps', event, 'the customer has a ticket already');
    if (terms?.mode === 'lottery' && !isDrawn) {
      if (place !== null) fault('draw', event, 'a place before the draw');
      undrawn.push(ticket);
    } else {
      const last = line.at(-1)?.place ?? 0;
      if (place === null || place <= last) fault('order', event, `place ${place}, behind place ${last}`);
      line.push(ticket);
    }
    tickets.set(ticketId, ticket);
    live.set(customer, ticket);
    waiting++;
    replay.customers.set(ticketId, customer);
  }

  function grant(event: Extract<LineEvent, { kind: 'granted' }>, ticket: Ticket): void {
    if (terms && event.at < terms.opensAt) fault('opening', event, 'granted before the opening');
    if (event.place !== ticket.place) fault('order', event, `place ${event.place}, which was ${ticket.place}`);
    // Whoever holds a unit from before the line is passed over while that lasts.
    for (
      let first = line[head];
      first && (first.last !== 'joined' || holders.has(first.customer));
      first = line[++head]
    );
    const first = line[head];
    if (ticket.place === null || (first?.place && first.place < ticket.place))
      fault('order', event, `place ${ticket.place} was granted while place ${first?.place} waited`);
    waiting--;
    ticket.wasGranted = true;
    replay.granted.add(ticket.ticketId);
    checkLimit(event, addUnits(ticket.customer, 1));
  }

  function buy(event: Extract<LineEvent, { kind: 'bought' }>, before: string): void {
    if (before === 'lapsed' || before === 'left') checkLimit(event, addUnits(event.customer, 1));
    else if (before === '') addUnits(event.customer, 1);
    replay.granted.delete(event.ticketId);
    replay.bought.add(event.ticketId);
    replay.customers.set(event.ticketId, event.customer);
  }

  function move(event: TicketEvent): void {
    const ticket = tickets.get(event.ticketId);
    const before =
      ticket?.last ??
      (replay.bought.has(event.ticketId) ? 'bought' : replay.returned.has(event.ticketId) ? 'returned' : '');
    const mayFollow: readonly string[] = Object.hasOwn(LINE_EVENT_TRANSITIONS, before)
      ? LINE_EVENT_TRANSITIONS[before as keyof typeof LINE_EVENT_TRANSITIONS]
      : [];
    if (!mayFollow.includes(event.kind)) {
      fault('steps', event, `${event.kind} after ${before || 'nothing'}`);
      return;
    }
    if (event.kind === 'bought' && before === 'left' && !ticket?.wasGranted)
      fault('steps', event, 'bought without ever having been granted');
    if ('customer' in event && ticket && event.customer !== ticket.customer)
      fault('steps', event, 'the ticket is somebody else’s');
    if (event.kind === 'joined') join(event);
    else if (event.kind === 'granted' && ticket) grant(event, ticket);
    else if (event.kind === 'bought') buy(event, before);
    else if (event.kind === 'returned') {
      if (replay.bought.has(event.ticketId)) addUnits(event.customer, -1);
      replay.returned.add(event.ticketId);
    } else if (ticket && before === 'granted') {
      replay.granted.delete(event.ticketId);
      addUnits(ticket.customer, -1);
    } else if (ticket) {
      waiting--;
      // No place is told by who left while a draw was being computed.
      if (event.kind === 'left' && event.place !== null && event.place !== ticket.place)
        fault('order', event, `place ${event.place}, which was ${ticket.place}`);
    }
    if (!ticket) return;
    ticket.last = event.kind;
    if (event.kind !== 'granted' && live.get(ticket.customer) === ticket) live.delete(ticket.customer);
  }

  events.forEach((event, n) => {
    if (event.sequence !== n + 1) fault('sequence', event, `stands at ${n + 1}`);
    if (event.kind === 'announced') announce(event);
    else if (event.kind === 'drawn') draw(event);
    else move(event);
  });
  return replay;
}

function sha256(...parts: (Buffer | string)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
