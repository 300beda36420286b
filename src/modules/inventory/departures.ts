// The places of those who left each line, so that nobody who waits is told of people before them who are gone.
import type { Queryable } from '../../lib/db.ts';
import { loadDepartures, type WatchedLineRow } from './store-lines.ts';

/** Of a line, each time it is read: a node that has just started knows 100,000 after two seconds. */
const MAX_DEPARTURES_AT_ONCE = 20_000;

const NONE = new Float64Array();

type Known = { lastSequence: number; places: Float64Array };
export type Departures = {
  /** Learns what is new of the lines in which somebody has left. */
  read(db: Queryable, rows: readonly WatchedLineRow[]): Promise<void>;
  /** Ascending. */
  places(productId: number): Float64Array;
};

export function openDepartures(): Departures {
  let known = new Map<number, Known>();

  return {
    read: async (db, rows) => {
      const lines = rows.filter(hasGaps);
      const before = known;
      known = new Map(lines.map(({ product_id: id }) => [id, before.get(id) ?? { lastSequence: 0, places: NONE }]));
      if (lines.length === 0) return;
      const after = lines.map(({ product_id: id }) => known.get(id)?.lastSequence ?? 0);
      const productIds = lines.map((line) => line.product_id);
      const fresh = Map.groupBy(
        await loadDepartures(db, productIds, after, MAX_DEPARTURES_AT_ONCE),
        (row) => row.product_id,
      );
      for (const { product_id: id, head } of lines) {
        let { lastSequence, places } = known.get(id) as Known;
        let left: number[] = [];
        for (const { sequence, place } of fresh.get(id) ?? []) {
          lastSequence = sequence;
          if (place !== null) left.push(place);
          else [left, places] = [[], NONE];
        }
        if (left.length > 0) places = Float64Array.from([...places, ...left]).sort();
        known.set(id, { lastSequence, places: places.subarray(countBelow(places, head ?? 0)) });
      }
    },
    places: (productId) => known.get(productId)?.places ?? NONE,
  };
}

function hasGaps({ head, last_place: lastPlace, waiting }: WatchedLineRow): boolean {
  return head !== null && lastPlace - head + 1 > waiting;
}

/** How many of these ascending numbers are smaller. */
export function countBelow(ascending: Float64Array, limit: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ascending[middle] as number) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
