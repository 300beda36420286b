// A product's drop as of now: what was announced comes with its document, what moves from this node's watch over the lines.
import { type Static, Type } from 'typebox';
import { isFinallySoldOut, type Line } from '../../modules/inventory/index.ts';
import type { ReplicaDocument } from '../../modules/search/index.ts';
import { Nullable, Time } from './schemas.ts';

const DropStateSchema = Type.Enum(['announced', 'open', 'sold_out', 'closed'], {
  description:
    'sold_out: all units are held or paid for, and some may come back. closed: all are paid for, and nobody in line can get one any more.',
});

export const DropSchema = Type.Object({
  opensAt: Time,
  state: DropStateSchema,
  perCustomerLimit: Nullable(Type.Integer()),
  holdSeconds: Type.Integer(),
  waiting: Type.Integer({ description: 'How many stand in its line' }),
  mode: Type.Enum(['open', 'line', 'lottery']),
  paused: Type.Boolean(),
  draw: Nullable(
    Type.Object(
      {
        commitment: Type.String({ description: 'SHA-256 of the seed, told when the drop was announced' }),
        seed: Nullable(Type.String({ description: 'Told when the draw has been made' })),
        drawnAt: Nullable(Time),
      },
      { description: 'Of a lottery: its draw can be computed again from GET /product/{productId}/drop/tickets' },
    ),
  ),
});
export type LiveDrop = Static<typeof DropSchema>;

/** Null: the product is no drop. */
export function liveDrop(
  { drop, stock }: Pick<ReplicaDocument, 'drop' | 'stock'>,
  line: Line | undefined,
  nowMs: number,
): LiveDrop | null {
  if (line) {
    return {
      opensAt: line.opensAt.toISOString(),
      state: stateOf(line, nowMs),
      perCustomerLimit: line.perCustomerLimit,
      holdSeconds: line.holdSeconds,
      waiting: line.waiting,
      mode: line.mode,
      paused: line.isPaused,
      draw: drawOf(line),
    };
  }
  if (!drop) return null;
  const isAhead = nowMs < Date.parse(drop.opensAt);
  const state = isAhead ? 'announced' : stock.state === 'sold_out' ? 'sold_out' : 'open';
  return { ...drop, state, waiting: 0, mode: 'open', paused: false, draw: null };
}

function stateOf(line: Line, nowMs: number): LiveDrop['state'] {
  if (nowMs < line.opensAt.getTime()) return 'announced';
  if (isFinallySoldOut(line)) return 'closed';
  return line.available === 0 ? 'sold_out' : 'open';
}

function drawOf({ draw }: Line): LiveDrop['draw'] {
  if (!draw) return null;
  return { commitment: draw.commitment, seed: draw.seed, drawnAt: draw.drawnAt?.toISOString() ?? null };
}
