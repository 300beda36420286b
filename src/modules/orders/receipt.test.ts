import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { openTestDatabase } from '../../checks/test-database.ts';
import { insertTestOrder, insertTestShop } from '../../checks/test-order.ts';
import { addressLines, formatTaxRate, type Receipt, receiptNumber, receiptOf } from './receipt.ts';
import { renderReceiptPdf } from './receipt-pdf.ts';
import { track } from './track.ts';

test('a receipt number names the seller and counts in six digits or more', () => {
  assert.equal(receiptNumber(7, 42), 'S7-000042');
  assert.equal(receiptNumber(7, 1_234_567), 'S7-1234567');
});

test('tax rates are written without needless digits', () => {
  assert.deepEqual([0, 700, 810, 825, 2000].map(formatTaxRate), ['0%', '7%', '8.1%', '8.25%', '20%']);
});

test('an address leaves out what is not there and names the country', () => {
  const address = { name: 'Ada', line1: '5 Elm Street', city: 'Leeds', postalCode: 'LS1 4AP', country: 'GB' };
  assert.deepEqual(addressLines(address), ['Ada', '5 Elm Street', 'LS1 4AP Leeds', 'United Kingdom']);
});

test('page and PDF of a placed order say the same, and the PDF has the same bytes each time', async (t) => {
  const db = await openTestDatabase(t);
  const order = await track(db, (await insertTestOrder(db, await insertTestShop(db))).orderId);
  assert.ok(order);
  const receipt = receiptOf(order);
  assert.equal(receipt.receiptNumber, `S${order.seller.sellerId}-000001`);
  assert.deepEqual(receipt.lines, [{ title: 'Aurora wireless charger', quantity: 1, amountMinor: 2999 }]);

  const pdf = await renderReceiptPdf(receipt);
  const words = wordsOf(pdf);
  for (const expected of [
    receipt.receiptNumber,
    receipt.orderId,
    'Lumen & Oak',
    'GB 123 4567 89',
    'Ada Okafor',
    '$29.99',
  ])
    assert.ok(words.includes(expected), `${expected} is missing in: ${words}`);
  assert.ok(words.includes('Tax included (20%)') && words.includes('$5.00') && words.includes('Visa ending in 4242'));
  assert.deepEqual(await renderReceiptPdf(receipt), pdf);

  const foreign = await renderReceiptPdf({ ...receipt, buyer: { ...receipt.buyer, name: 'Łukasz Ελένη Ўлугбек' } });
  assert.ok(wordsOf(foreign).includes('Łukasz Ελένη Ўлугбек'), 'names keep their letters');
});

test('a day stands in one line of its column, whatever the month', async (t) => {
  const db = await openTestDatabase(t);
  const order = await track(db, (await insertTestOrder(db, await insertTestShop(db))).orderId);
  assert.ok(order);
  for (let month = 1; month <= 12; month++) {
    const placedAt = new Date(Date.UTC(2026, month - 1, 28));
    const pdf = await renderReceiptPdf({ ...receiptOf(order), placedAt, paidAt: placedAt });
    assert.match(wordsOf(pdf), /^Ordered on 28 [A-Z][a-z]+ 2026$/m);
  }
});

test('whatever a title or name holds, the PDF is one page', async (t) => {
  const db = await openTestDatabase(t);
  const order = await track(db, (await insertTestOrder(db, await insertTestShop(db))).orderId);
  assert.ok(order);
  const base = receiptOf(order);
  const odd: Partial<Receipt>[] = [
    { lines: [{ title: 'x'.repeat(500), quantity: 1, amountMinor: 1 }] },
    { lines: [{ title: 'Žluťoučký kůň 日本語 🎧\u0000\n\t', quantity: 1, amountMinor: 1 }] },
    { buyer: { ...base.buyer, name: 'N'.repeat(200), line1: 'long '.repeat(60), line2: 'long '.repeat(60) } },
    { seller: { ...base.seller, name: 'S '.repeat(100), address: 'a, '.repeat(100), taxNumber: null } },
  ];
  for (const one of odd) {
    const pdf = await renderReceiptPdf({ ...base, ...one });
    assert.equal(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length, 1);
  }
});

// What the page's text operators write: hex strings of glyph numbers, which each font's ToUnicode table turns into letters.
function wordsOf(pdf: Buffer): string {
  const streams = [...pdf.toString('latin1').matchAll(/stream\n([\s\S]*?)\nendstream/g)].map((match) =>
    inflated(match[1] ?? ''),
  );
  const tables = streams.filter((stream) => stream.includes('begincmap')).map(glyphTable);
  const shown = streams.flatMap((stream) => stream.match(/\[[^\]]*\] TJ/g) ?? []);
  // Either font may have drawn it: the wrong one gives other letters, which no expectation looks for.
  return tables.map((table) => shown.map((operator) => lettersOf(operator, table)).join('\n')).join('\n');
}

function inflated(stream: string): string {
  try {
    return inflateSync(Buffer.from(stream, 'latin1')).toString('latin1');
  } catch {
    return ''; // a font's own bytes
  }
}

function glyphTable(cmap: string): Map<number, string> {
  const table = new Map<number, string>();
  for (const [, first = '', list = ''] of cmap.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)) {
    list.match(/[0-9a-f]+/g)?.forEach((letters, n) => {
      table.set(Number.parseInt(first, 16) + n, Buffer.from(letters, 'hex').swap16().toString('utf16le'));
    });
  }
  return table;
}

function lettersOf(operator: string, table: Map<number, string>): string {
  const glyphs = (operator.match(/<[0-9a-f]+>/g) ?? []).join('').match(/[0-9a-f]{4}/g) ?? [];
  return glyphs.map((glyph) => table.get(Number.parseInt(glyph, 16)) ?? '?').join('');
}
