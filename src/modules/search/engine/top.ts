// The best k of many without sorting them all: a binary heap with its worst at the root. Equal keys rank by product id.

export type Top = { limit: number; size: number; keys: Float64Array; productIds: Float64Array; places: Float64Array };
export type Ranked = { key: number; productId: number; place: number };

const FIRST_CAPACITY = 256;

export function openTop(limit: number): Top {
  const capacity = Math.min(limit, FIRST_CAPACITY);
  return {
    limit,
    size: 0,
    keys: new Float64Array(capacity),
    productIds: new Float64Array(capacity),
    places: new Float64Array(capacity),
  };
}

export function offer(top: Top, key: number, productId: number, place: number): void {
  if (top.size < top.limit) {
    if (top.size === top.keys.length) grow(top);
    let at = top.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isWorse(key, productId, top, parent)) break;
      move(top, parent, at);
      at = parent;
    }
    set(top, at, key, productId, place);
  } else if (top.limit > 0 && !isWorse(key, productId, top, 0)) sink(top, key, productId, place);
}

/** Best first. Empties the heap: taking the worst time and again costs less than sorting objects. */
export function rankedOf(top: Top): Ranked[] {
  const ranked = new Array<Ranked>(top.size);
  while (top.size > 0) {
    const last = --top.size;
    ranked[last] = {
      key: top.keys[0] as number,
      productId: top.productIds[0] as number,
      place: top.places[0] as number,
    };
    sink(top, top.keys[last] as number, top.productIds[last] as number, top.places[last] as number);
  }
  return ranked;
}

/** In the place of the worst. */
function sink(top: Top, key: number, productId: number, place: number): void {
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= top.size) break;
    if (
      child + 1 < top.size &&
      isWorse(top.keys[child + 1] as number, top.productIds[child + 1] as number, top, child)
    ) {
      child++;
    }
    if (isWorse(key, productId, top, child)) break;
    move(top, child, at);
    at = child;
  }
  set(top, at, key, productId, place);
}

export function compareRanked(a: Ranked, b: Ranked): number {
  return b.key - a.key || a.productId - b.productId;
}

function isWorse(key: number, productId: number, top: Top, than: number): boolean {
  const other = top.keys[than] as number;
  return key < other || (key === other && productId > (top.productIds[than] as number));
}

function move(top: Top, from: number, to: number): void {
  set(top, to, top.keys[from] as number, top.productIds[from] as number, top.places[from] as number);
}

function set(top: Top, at: number, key: number, productId: number, place: number): void {
  top.keys[at] = key;
  top.productIds[at] = productId;
  top.places[at] = place;
}

function grow(top: Top): void {
  const capacity = Math.min(top.limit, top.keys.length * 2);
  for (const name of ['keys', 'productIds', 'places'] as const) {
    const larger = new Float64Array(capacity);
    larger.set(top[name]);
    top[name] = larger;
  }
}
