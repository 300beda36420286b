import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { makeDropStatement } from './drop-statement.ts';
import { signStatement } from './sign-statement.ts';
import { statementKeyOf } from './statement-key.ts';
import type { DropStatement, LineEvent, SignedStatement } from './statement-schema.ts';
import { playDrop } from './test-drop.ts';
import { verifyStatement } from './verify-statement.ts';

type Json = null | boolean | number | string | Json[] | Fields;
type Fields = { [name: string]: Json };

const FLIPS = 400;
const refusalsOf = (text: string, key: string | null = null): string[] =>
  verifyStatement(text, key)
    .checks.filter((check) => check.faults.length > 0)
    .map((check) => check.name);

/** The same, with one value somewhere in it changed, dropped or doubled. */
function changeOne(value: Json, path: number[], how: number): Json {
  const [step = 0, ...rest] = path;
  if (Array.isArray(value)) {
    if (value.length === 0) return [1];
    const at = step % value.length;
    if (rest.length === 0 && how % 3 === 0) return value.toSpliced(at, 1);
    if (rest.length === 0 && how % 3 === 1) return value.toSpliced(at, 0, value[at] ?? null);
    return value.with(at, changeOne(value[at] ?? null, rest, how));
  }
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value).sort();
    const name = names[step % names.length] ?? '';
    const { [name]: field = null, ...others }: Fields = value;
    if (rest.length === 0 && how % 3 === 0) return others;
    return { ...value, [name]: changeOne(field, rest, how) };
  }
  if (typeof value === 'number') return value + (how % 2 ? 1 : -1);
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string') return 1;
  const at = how % Math.max(1, value.length);
  const character = value[at] === '0' ? '1' : '0';
  return value.slice(0, at) + character + value.slice(at + 1);
}

/** The same once for each value in it, with that one changed, and the path to it. */
function eachChanged(value: Json): [path: string, changed: Json][] {
  if (typeof value !== 'object' || value === null) return [['', changeOne(value, [], 0)]];
  return Object.entries(value).flatMap(([name, field]) =>
    eachChanged(field).map(([path, changed]): [string, Json] => [
      `/${name}${path}`,
      Array.isArray(value) ? value.with(Number(name), changed) : { ...value, [name]: changed },
    ]),
  );
}

function eventOf<Kind extends LineEvent['kind']>(
  statement: DropStatement,
  kind: Kind,
): Extract<LineEvent, { kind: Kind }> {
  const event = statement.events.find((one) => one.kind === kind);
  assert.ok(event);
  return event as Extract<LineEvent, { kind: Kind }>;
}

function renumber(statement: DropStatement): void {
  statement.events.forEach((event, n) => {
    event.sequence = n + 1;
  });
}

const LIES: [what: string, lie: (statement: DropStatement) => void, refused: string[]][] = [
  [
    'a friend is granted first, who stood further behind',
    ({ events }) => {
      const granted = events.flatMap((event) => (event.kind === 'granted' ? [event] : []));
      const [first, , , , , , last] = granted;
      assert.ok(first && last);
      [first.ticketId, last.ticketId] = [last.ticketId, first.ticketId];
      [first.place, last.place] = [last.place, first.place];
    },
    ['order', 'steps'],
  ],
  [
    'a friend is said to have been drawn first',
    (statement) => {
      eventOf(statement, 'granted').place = 2;
    },
    ['order'],
  ],
  [
    'a ticket is slipped in before the draw',
    (statement) => {
      const joined = eventOf(statement, 'joined');
      statement.events.splice(statement.events.indexOf(joined), 0, {
        ...joined,
        ticketId: '1-0000000000000000',
        customer: 'a'.repeat(22),
      });
      renumber(statement);
      statement.totals.joined++;
      statement.totals.waiting++;
    },
    ['draw'],
  ],
  [
    'a ticket is left out of the draw',
    (statement) => {
      const at = statement.events.findLastIndex(
        (event, n) => event.kind === 'joined' && statement.events[n + 1]?.kind === 'joined',
      );
      const [gone] = statement.events.splice(at, 1);
      assert.ok(gone?.kind === 'joined');
      renumber(statement);
    },
    ['draw'],
  ],
  [
    'another seed, promised afterwards',
    (statement) => {
      eventOf(statement, 'drawn').seed = 'ab'.repeat(32);
    },
    ['draw', 'order'],
  ],
  [
    'somebody was let in before the opening',
    (statement) => {
      eventOf(statement, 'granted').at = '2001-01-01T00:00:00.000Z';
    },
    ['opening'],
  ],
  [
    'one customer behind two tickets',
    (statement) => {
      const [one, other] = statement.events.flatMap((event) => (event.kind === 'joined' ? [event] : []));
      assert.ok(one && other);
      other.customer = one.customer;
    },
    ['steps'],
  ],
  [
    'one customer who bought twice',
    ({ sales, events }) => {
      const [one, other] = sales;
      assert.ok(one && other);
      for (const event of events)
        if ('customer' in event && event.customer === other.customer) event.customer = one.customer;
      other.customer = one.customer;
    },
    ['limits'],
  ],
  [
    'a unit more than there was',
    ({ sales, totals, events }) => {
      const [first] = sales;
      assert.ok(first);
      const sale = { ...first, reservationId: '1-0000000000000001', receiptNumber: 99 };
      sales.push(sale);
      totals.sold++;
      assert.ok(events.length > 0);
    },
    ['units', 'totals'],
  ],
  [
    'stock that never came in',
    ({ stock }) => {
      stock.total++;
      stock.available++;
    },
    ['units'],
  ],
  [
    'a unit sold twice',
    ({ sales }) => {
      const [one, other] = sales;
      assert.ok(one && other);
      other.reservationId = one.reservationId;
    },
    ['sales'],
  ],
  [
    'a receipt number twice',
    ({ sales }) => {
      const [one, other] = sales;
      assert.ok(one && other);
      other.receiptNumber = one.receiptNumber;
    },
    ['sales'],
  ],
  [
    'a sale kept quiet',
    (statement) => {
      statement.sales.pop();
      statement.stock.available++;
    },
    ['sales', 'totals'],
  ],
  [
    'a hold kept quiet',
    (statement) => {
      statement.holds.pop();
      statement.stock.available++;
    },
    ['holds', 'totals'],
  ],
  [
    'money kept',
    ({ unsold }) => {
      const [charge] = unsold;
      assert.ok(charge);
      charge.refund.amountMinor--;
    },
    ['refunds', 'totals'],
  ],
  [
    'money kept of a unit that came back',
    ({ sales }) => {
      for (const sale of sales) if (sale.state === 'returned') sale.refund = null;
    },
    ['refunds', 'totals'],
  ],
  [
    'fewer who wait',
    ({ totals }) => {
      totals.waiting--;
    },
    ['totals'],
  ],
];

test('a statement that was changed anywhere is refused', async (t) => {
  const { db, productId } = await playDrop(t, 'lottery');
  const outcome = await makeDropStatement(db, productId, 10_000);
  assert.ok(outcome.kind === 'made');
  const text = outcome.file.join('');
  const signed = JSON.parse(text) as SignedStatement;

  await t.test('as it is, it is sound, however it is written down', () => {
    assert.deepEqual(refusalsOf(text), []);
    assert.deepEqual(refusalsOf(JSON.stringify(signed, null, 2)), []);
    assert.deepEqual(refusalsOf(text, signed.publicKey), []);
    assert.deepEqual(refusalsOf(text, '0'.repeat(64)), ['key']);
  });

  await t.test('each value in turn', () => {
    const changes = eachChanged(signed as unknown as Json);
    assert.ok(changes.length > 300, `${changes.length} values`);
    for (const [path, changed] of changes)
      assert.notDeepEqual(refusalsOf(JSON.stringify(changed)), [], `${path} can be changed`);
  });

  await t.test('any value flipped, dropped or doubled', () => {
    const property = fc.property(fc.array(fc.nat(500), { minLength: 1, maxLength: 6 }), fc.nat(100), (path, how) => {
      const changed = JSON.stringify(changeOne(signed as unknown as Json, path, how));
      fc.pre(changed !== JSON.stringify(signed));
      assert.notDeepEqual(refusalsOf(changed), []);
    });
    fc.assert(property, { numRuns: FLIPS });
  });

  await t.test('text that is no statement', () => {
    for (const other of ['', '{', 'null', '[]', '{}', text.slice(0, -20), text.replace('souk-drop', 'other-drop')])
      assert.deepEqual(refusalsOf(other), ['format'], other.slice(0, 40));
  });

  const forger = statementKeyOf(Buffer.alloc(32, 7));
  for (const [what, lie, refused] of LIES) {
    await t.test(`signed anew by whoever lies: ${what}`, async () => {
      const statement = structuredClone(signed.statement);
      lie(statement);
      const names = refusalsOf((await signStatement(statement, forger)).join(''));
      for (const name of refused)
        assert.ok(names.includes(name), `${name} is not among ${names.join(', ') || 'nothing'}`);
      assert.ok(!names.includes('signature') && !names.includes('hash'));
      assert.ok(refusalsOf((await signStatement(statement, forger)).join(''), signed.publicKey).includes('key'));
    });
  }
});
