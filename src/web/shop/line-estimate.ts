// What somebody in line is told of the chances: counts as they are, and what follows from them. Never a promise.
import type { Line } from '../../modules/inventory/index.ts';
import { countText } from '../kit/components/count.ts';

/** From fewer outcomes than these no rate is told. */
const ENOUGH_OUTCOMES = 10;

type Counts = Pick<
  Line,
  'available' | 'held' | 'sold' | 'expired' | 'waiting' | 'isPaused' | 'isWithdrawn' | 'opensAt'
>;

export function lineEstimate(line: Counts, position: number | null, nowMs: number): string {
  if (line.isWithdrawn) return 'The seller has taken this off sale for now. The line keeps its order.';
  if (line.isPaused) return 'The sale is paused for a moment. The line keeps its order.';
  if (nowMs < line.opensAt.getTime()) return beforeOpening(line, position);
  if (position === null) return 'The order is being drawn.';
  if (line.held === 0) return 'Units are being given out right now.';
  return `${beingPaidFor(line.held)} ${whatComesBack(line, position)}`;
}

function beforeOpening({ available, waiting }: Counts, position: number | null): string {
  if (available === 0) return 'There are no units yet: the seller has to add them before the opening.';
  const units = available === 1 ? 'There is one unit' : `There are ${countText(available)} units`;
  if (position === null)
    return `${units} for ${waiting === 1 ? 'the one who is' : countText(waiting)} in the draw. Everybody who joins before the opening has the same chance.`;
  if (position <= available)
    return `${units} and you are number ${countText(position)}: as things stand, one is left for you at the opening. It is yours only once it is held for you.`;
  return `${units} and you are number ${countText(position)}: you get one only if enough of those before you leave or do not pay.`;
}

function beingPaidFor(held: number): string {
  return held === 1
    ? 'One unit is being paid for right now.'
    : `${countText(held)} units are being paid for right now.`;
}

function whatComesBack({ held, sold, expired }: Counts, position: number): string {
  const outcomes = sold + expired;
  if (outcomes < ENOUGH_OUTCOMES) return 'Too few were paid for so far to say how many come back.';
  const record = `${countText(expired)} of the ${countText(outcomes)} before them were not paid in time`;
  const expected = Math.round((held * expired) / outcomes);
  if (expected === 0) return `${record}: probably none of them comes back.`;
  const about = `${record}: about ${countText(expected)} may come back`;
  return position <= expected
    ? `${about}, which would reach you. It is not certain.`
    : `${about}, which would not reach number ${countText(position)}.`;
}
