import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Line, StandingTicket } from '../../modules/inventory/index.ts';
import { lineJson } from './line-json.ts';

test('a ticket that is younger than what is known of its line counts as waiting', () => {
  const ticket = { ticketId: '1-a', userId: 7, state: 'waiting', place: 2, holdUntil: null } as StandingTicket;
  const line: Partial<Line> = {
    opensAt: new Date(0),
    available: 0,
    held: 1,
    total: 1,
    sold: 0,
    waiting: 1,
    head: 1,
    departed: new Float64Array(),
  };
  const { position, waiting } = lineJson(ticket, { expired: 0, isPaused: false, ...line } as Line, new Date(1_000));
  assert.deepEqual({ position, waiting }, { position: 2, waiting: 2 });
});
