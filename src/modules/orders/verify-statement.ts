// Checks a drop's statement from its text alone: no database, no network, no trust in whoever made it beyond its key.
import { isDeepStrictEqual } from 'node:util';
import { totalsOf } from './drop-statement.ts';
import { type Replay, type ReplayRule, replayLine } from './line-replay.ts';
import { hashStatement } from './sign-statement.ts';
import { isSigned } from './statement-key.ts';
import { type DropStatement, readStatement } from './statement-schema.ts';

export type StatementCheck = { name: string; promise: string; faults: string[] };
export type Verification = {
  kind: 'sound' | 'refused';
  publicKey: string | null;
  statement: DropStatement | null;
  checks: StatementCheck[];
};

const MAX_FAULTS = 10;

const REPLAY_PROMISES: Record<ReplayRule, string> = {
  sequence: 'events are numbered from 1 on without a gap',
  steps: 'each ticket moved only as tickets may, and no customer had two at once',
  order: 'units were granted in the order of the line, and places given out in the order of joining',
  draw: 'lotteries were drawn by the seed that was promised: the order is that of SHA-256(seed || ticket id)',
  opening: 'nothing was drawn or granted before the opening',
  limits: 'no customer ever had more units than the limit',
};

/** `expectedKey`: the shop's public key, known from elsewhere. Null: whoever signed it is only named. */
export function verifyStatement(text: string, expectedKey: string | null): Verification {
  const reading = readStatement(text);
  if (reading.kind === 'unreadable') {
    const checks = [{ name: 'format', promise: 'it is a statement of a drop', faults: reading.reasons }];
    return { kind: 'refused', publicKey: null, statement: null, checks };
  }
  const { statement, sha256, publicKey, signature } = reading.signed;
  const replay = replayLine(statement.events);
  const check = (name: string, promise: string, faults: string[]): StatementCheck => ({
    name,
    promise,
    faults: faults.slice(0, MAX_FAULTS),
  });
  const checks = [
    check('format', 'it is a statement of a drop', []),
    check(
      'hash',
      'it is as it was when it was hashed',
      hashStatement(statement) === sha256 ? [] : ['the SHA-256 is another'],
    ),
    check(
      'signature',
      'it is signed by the key that it names',
      isSignedBy(sha256, publicKey, signature) ? [] : ['the signature does not fit'],
    ),
    ...(expectedKey === null
      ? []
      : [
          check(
            'key',
            'that key is the expected one',
            expectedKey === publicKey ? [] : [`it is signed by ${publicKey}`],
          ),
        ]),
    ...Object.entries(REPLAY_PROMISES).map(([rule, promise]) =>
      check(
        rule,
        promise,
        replay.faults.filter((fault) => fault.rule === rule).map(({ what }) => what),
      ),
    ),
    check('units', 'units add up: what came in is what is left, held and sold', unitFaults(statement, replay)),
    check('holds', 'holds of the line and its granted tickets are the same', holdFaults(statement, replay)),
    check(
      'sales',
      'each sale of the line is one event, with one receipt number and a customer of its own ticket',
      saleFaults(statement, replay),
    ),
    check('refunds', 'what was taken back or could not be delivered goes back in full', refundFaults(statement)),
    check('totals', 'the totals are the sums of the rest', totalFaults(statement)),
  ];
  const isSound = checks.every(({ faults }) => faults.length === 0);
  return { kind: isSound ? 'sound' : 'refused', publicKey, statement, checks };
}

function isSignedBy(sha256: string, publicKey: string, signature: string): boolean {
  try {
    return isSigned(sha256, publicKey, signature);
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}

function unitFaults({ stock, holds, sales }: DropStatement, replay: Replay): string[] {
  const faults: string[] = [];
  const sold = sales.filter((sale) => sale.state === 'sold').length;
  const changed = stock.changes.reduce((sum, change) => sum + change.units, 0);
  const broughtIn = stock.changes.reduce((sum, change) => sum + Math.max(0, change.units), 0);
  if (changed !== stock.total) faults.push(`${changed} came in, and ${stock.total} are counted`);
  if (stock.available + holds.length + sold !== stock.total)
    faults.push(`${stock.available} left + ${holds.length} held + ${sold} sold are not ${stock.total}`);
  if (replay.mostUnitsAtOnce > broughtIn)
    faults.push(`${replay.mostUnitsAtOnce} units were out at once, of ${broughtIn} that ever came in`);
  return faults;
}

function holdFaults({ holds }: DropStatement, replay: Replay): string[] {
  const faults: string[] = [];
  const open = new Map(holds.map((hold) => [hold.reservationId, hold]));
  if (open.size !== holds.length) faults.push('a hold stands there twice');
  if (new Set(holds.map((hold) => hold.customer)).size !== holds.length) faults.push('a customer has two open holds');
  for (const ticketId of replay.granted) {
    if (open.get(ticketId)?.customer !== replay.customers.get(ticketId)) faults.push(`ticket ${ticketId} has no hold`);
  }
  for (const id of open.keys())
    if (replay.customers.has(id) && !replay.granted.has(id)) faults.push(`hold ${id} was not granted`);
  return faults;
}

function saleFaults({ sales }: DropStatement, replay: Replay): string[] {
  const faults: string[] = [];
  const sold = new Map(sales.map((sale) => [sale.reservationId, sale]));
  if (sold.size !== sales.length) faults.push('a unit was sold twice');
  sales.forEach((sale, n) => {
    if (sale.receiptNumber <= (sales[n - 1]?.receiptNumber ?? 0))
      faults.push(`receipt number ${sale.receiptNumber} is not above the one before`);
    const customer = replay.customers.get(sale.reservationId);
    if (customer !== undefined && !replay.bought.has(sale.reservationId))
      faults.push(`the sale of ticket ${sale.reservationId} is no event`);
    if (customer !== undefined && customer !== sale.customer)
      faults.push(`ticket ${sale.reservationId} was sold to somebody else`);
    if (
      replay.bought.has(sale.reservationId) &&
      (sale.state === 'returned') !== replay.returned.has(sale.reservationId)
    )
      faults.push(`whether the unit of ${sale.reservationId} came back is told in two ways`);
  });
  for (const id of [...replay.bought, ...replay.returned])
    if (!sold.has(id)) faults.push(`${id} was bought, and no sale tells of it`);
  return faults;
}

function refundFaults({ sales, unsold }: DropStatement): string[] {
  return [
    ...sales.flatMap((sale) => {
      if (sale.state === 'returned' && !sale.refund) return [`${sale.reservationId} came back, and the money did not`];
      return sale.refund && sale.refund.amountMinor !== sale.amountMinor
        ? [`${sale.reservationId} was refunded another amount`]
        : [];
    }),
    ...unsold.flatMap(({ capturedAt, amountMinor, refund }) =>
      refund.amountMinor === amountMinor
        ? []
        : [`a charge of ${capturedAt} without a unit was refunded another amount`],
    ),
  ];
}

function totalFaults(statement: DropStatement): string[] {
  const told = statement.totals;
  const sums = totalsOf(statement);
  const faults = Object.entries(sums).flatMap(([name, sum]) => {
    const one = told[name as keyof typeof sums];
    return isDeepStrictEqual(one, sum) ? [] : [`${name}: ${JSON.stringify(one)}, and it is ${JSON.stringify(sum)}`];
  });
  if (told.holdsExpired < sums.lapsed)
    faults.push(`${told.holdsExpired} holds expired, and ${sums.lapsed} of the line alone`);
  return faults;
}
