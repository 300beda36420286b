// From a product's id to the slot it is alive in, and from a family's key to its members.
import { roomFor, sharedFloat64, sharedUint16, sharedUint32 } from './shared-arrays.ts';

export type ProductTable = {
  count: number;
  /** Rows ever used; those of removed products are used again. */
  rowCount: number;
  freeRows: number[];
  productIds: Float64Array;
  /** By row: the number of the segment, and the slot in it. */
  segments: Uint16Array;
  slots: Uint16Array;
  /** By row: 0 where the product has no family. */
  familyHashes: Uint32Array;
  /** By row: another one whose family has the same bucket, + 1. */
  familyNext: Uint32Array;
  /** Open addressing by product id: row + 1, 0 free, REMOVED for a row that went. */
  byId: Uint32Array;
  byIdUsed: number;
  familyHeads: Uint32Array;
};

const FIRST_ROWS = 64;
const REMOVED = 0xffffffff;

/** With room for so many: growing to a million on the way costs a third of a node's start. */
export function openProductTable(expectedRows = 0): ProductTable {
  const rows = Math.max(FIRST_ROWS, expectedRows);
  const buckets = 2 ** Math.ceil(Math.log2(rows));
  return {
    count: 0,
    rowCount: 0,
    freeRows: [],
    productIds: sharedFloat64(rows),
    segments: sharedUint16(rows),
    slots: sharedUint16(rows),
    familyHashes: sharedUint32(rows),
    familyNext: sharedUint32(rows),
    byId: sharedUint32(buckets * 2),
    byIdUsed: 0,
    familyHeads: sharedUint32(buckets),
  };
}

export function findRow(table: ProductTable, productId: number): number | undefined {
  const { byId, productIds } = table;
  const mask = byId.length - 1;
  for (let at = hashOf(productId) & mask; ; at = (at + 1) & mask) {
    const entry = byId[at] as number;
    if (entry === 0) return undefined;
    if (entry !== REMOVED && productIds[entry - 1] === productId) return entry - 1;
  }
}

/** A row for a product that has none. */
export function addRow(table: ProductTable, productId: number, familyHash: number): number {
  if ((table.byIdUsed + 1) * 2 > table.byId.length) rebuild(table);
  const row = table.freeRows.pop() ?? table.rowCount++;
  if (row >= table.productIds.length) {
    table.productIds = roomFor(table.productIds, row + 1);
    for (const name of ['segments', 'slots'] as const) table[name] = roomFor(table[name], row + 1);
    for (const name of ['familyHashes', 'familyNext'] as const) table[name] = roomFor(table[name], row + 1);
  }
  table.productIds[row] = productId;
  insert(table.byId, productId, row);
  table.byIdUsed++;
  table.count++;
  setFamily(table, row, familyHash);
  return row;
}

export function removeRow(table: ProductTable, row: number): void {
  const { byId, productIds } = table;
  const mask = byId.length - 1;
  setFamily(table, row, 0);
  let at = hashOf(productIds[row] as number) & mask;
  while (byId[at] !== row + 1) at = (at + 1) & mask;
  byId[at] = REMOVED;
  table.freeRows.push(row);
  table.count--;
}

export function familyHashOf(familyKey: string | null, sellerId: number): number {
  if (familyKey === null) return 0;
  let hash = hashOf(sellerId);
  for (let at = 0; at < familyKey.length; at++) hash = Math.imul(hash ^ familyKey.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0 || 1;
}

export function setFamily(table: ProductTable, row: number, hash: number): void {
  const { familyHashes, familyHeads, familyNext } = table;
  const mask = familyHeads.length - 1;
  const before = familyHashes[row] as number;
  if (before === hash) return;
  if (before !== 0) {
    const next = familyNext[row] as number;
    const bucket = before & mask;
    if (familyHeads[bucket] === row + 1) familyHeads[bucket] = next;
    else {
      let at = (familyHeads[bucket] as number) - 1;
      while (familyNext[at] !== row + 1) at = (familyNext[at] as number) - 1;
      familyNext[at] = next;
    }
  }
  familyHashes[row] = hash;
  if (hash === 0) return;
  familyNext[row] = familyHeads[hash & mask] as number;
  familyHeads[hash & mask] = row + 1;
}

/** Ids of products whose family has this hash; another family may have it too. */
export function familyCandidates(table: ProductTable, hash: number): number[] {
  const productIds: number[] = [];
  const { familyHashes, familyHeads, familyNext } = table;
  let row = (familyHeads[hash & (familyHeads.length - 1)] as number) - 1;
  while (row !== -1) {
    if (familyHashes[row] === hash) productIds.push(table.productIds[row] as number);
    row = (familyNext[row] as number) - 1;
  }
  return productIds;
}

function hashOf(id: number): number {
  const low = Math.imul(id | 0, 0x9e3779b1) ^ Math.imul(Math.floor(id / 0x1_0000_0000), 0x85ebca6b);
  const half = Math.imul(low ^ (low >>> 16), 0x7feb352d);
  return (half ^ (half >>> 15)) >>> 0;
}

function insert(byId: Uint32Array, productId: number, row: number): void {
  const mask = byId.length - 1;
  let at = hashOf(productId) & mask;
  while (byId[at] !== 0) at = (at + 1) & mask;
  byId[at] = row + 1;
}

/** Without what was removed, and with room for as many again. */
function rebuild(table: ProductTable): void {
  const isLarge = table.count * 4 > table.byId.length;
  const byId = sharedUint32(table.byId.length * (isLarge ? 2 : 1));
  for (const entry of table.byId) {
    if (entry !== 0 && entry !== REMOVED) insert(byId, table.productIds[entry - 1] as number, entry - 1);
  }
  table.byId = byId;
  table.byIdUsed = table.count;
  if (!isLarge) return;
  const { familyHashes, familyNext, rowCount } = table;
  const heads = sharedUint32(byId.length / 2);
  const mask = heads.length - 1;
  for (let row = 0; row < rowCount; row++) {
    const hash = familyHashes[row] as number;
    if (hash === 0) continue;
    familyNext[row] = heads[hash & mask] as number;
    heads[hash & mask] = row + 1;
  }
  table.familyHeads = heads;
}
