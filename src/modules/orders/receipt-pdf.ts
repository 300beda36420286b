// One A4 page: who sold, who bought, what, how much of it is tax, and how it was paid.
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import { formatMoney } from '../../lib/money.ts';
import { addressLines, formatTaxRate, methodName, type Receipt } from './receipt.ts';

const MARGIN = 56;
const PAGE_WIDTH = 595.28;
const WIDTH = PAGE_WIDTH - 2 * MARGIN;
const COLUMN = WIDTH / 3;
const AMOUNT_WIDTH = 110;
const QUANTITY_WIDTH = 60;
const FOOTER_TOP = 760;
const MAX_TITLE_HEIGHT = 90;
// Each wraps to three at most, so that whatever an address holds, the receipt stays one page.
const MAX_BLOCK_LINES = 8;
const MAX_LINE_HEIGHT = 40;

// PDF's own fonts know Windows-1252 only, and a buyer may be called Łukasz or Ελένη.
const fontFile = createRequire(import.meta.url).resolve;
const FONTS = {
  regular: fontFile('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: fontFile('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
};

const INK = '#18211f';
const QUIET = '#56625e';
const RULE = '#dddfd7';
const ACCENT = '#0b6152';

// With the month in full, "Ordered on 28 September 2026" is 4 points wider than a column.
const dayFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

type Page = PDFKit.PDFDocument;

export function renderReceiptPdf(receipt: Receipt): Promise<Buffer> {
  const page = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    lang: 'en',
    info: {
      Title: `Receipt ${receipt.receiptNumber}`,
      Author: receipt.seller.name,
      Creator: 'Souk',
      // The same receipt gives the same bytes, whenever it is asked for.
      CreationDate: receipt.paidAt,
    },
  });
  page.registerFont('regular', FONTS.regular).registerFont('bold', FONTS.bold);
  const chunks: Buffer[] = [];
  const done = new Promise<Buffer>((resolve, reject) => {
    page.on('data', (chunk: Buffer) => chunks.push(chunk));
    page.on('end', () => resolve(Buffer.concat(chunks)));
    page.on('error', reject);
  });
  drawHead(page, receipt);
  const bottom = drawParties(page, receipt, 150);
  drawTotals(page, receipt, drawLines(page, receipt, bottom + 34));
  drawFoot(page, receipt);
  page.end();
  return done;
}

function drawHead(page: Page, receipt: Receipt): void {
  page.rect(0, 0, PAGE_WIDTH, 6).fill(ACCENT);
  text(page, receipt.seller.name, MARGIN, 56, { bold: true, size: 17, width: WIDTH * 0.6, height: 44 });
  text(page, 'Receipt', MARGIN + WIDTH * 0.6, 54, { size: 22, width: WIDTH * 0.4, align: 'right', colour: ACCENT });
  text(page, receipt.receiptNumber, MARGIN + WIDTH * 0.6, 82, {
    size: 10,
    width: WIDTH * 0.4,
    align: 'right',
    colour: QUIET,
  });
  rule(page, 124);
}

function drawParties(page: Page, receipt: Receipt, top: number): number {
  const { seller } = receipt;
  const sellerLines = [seller.name, ...(seller.address?.split(/\r?\n|, /) ?? [])];
  if (seller.taxNumber) sellerLines.push(`Tax number ${seller.taxNumber}`);
  const facts = [
    `Paid on ${dayFormat.format(receipt.paidAt)}`,
    `Ordered on ${dayFormat.format(receipt.placedAt)}`,
    'Order number',
    receipt.orderId,
  ];
  const bottoms = [
    block(page, 'Sold by', sellerLines, MARGIN, top),
    block(page, 'Sold and shipped to', addressLines(receipt.buyer), MARGIN + COLUMN, top),
    block(page, 'Details', facts, MARGIN + 2 * COLUMN, top),
  ];
  return Math.max(...bottoms);
}

function block(page: Page, heading: string, lines: readonly string[], x: number, top: number): number {
  text(page, heading.toUpperCase(), x, top, { bold: true, size: 7.5, width: COLUMN - 14, colour: QUIET, spacing: 0.6 });
  let y = top + 16;
  for (const line of lines.slice(0, MAX_BLOCK_LINES)) {
    text(page, line, x, y, { size: 9.5, width: COLUMN - 14, height: MAX_LINE_HEIGHT });
    y = page.y + 2;
  }
  return y;
}

function drawLines(page: Page, receipt: Receipt, top: number): number {
  const amountX = MARGIN + WIDTH - AMOUNT_WIDTH;
  const quantityX = amountX - QUANTITY_WIDTH;
  const head = { bold: true, size: 7.5, colour: QUIET, spacing: 0.6 } as const;
  text(page, 'ITEM', MARGIN, top, { ...head, width: quantityX - MARGIN });
  text(page, 'QUANTITY', quantityX, top, { ...head, width: QUANTITY_WIDTH, align: 'right' });
  text(page, 'AMOUNT', amountX, top, { ...head, width: AMOUNT_WIDTH, align: 'right' });
  rule(page, top + 15);
  let y = top + 27;
  for (const line of receipt.lines) {
    text(page, String(line.quantity), quantityX, y, { size: 10.5, width: QUANTITY_WIDTH, align: 'right' });
    text(page, formatMoney(line.amountMinor, receipt.currency), amountX, y, {
      size: 10.5,
      width: AMOUNT_WIDTH,
      align: 'right',
    });
    text(page, line.title, MARGIN, y, { size: 10.5, width: quantityX - MARGIN - 12, height: MAX_TITLE_HEIGHT });
    y = page.y + 12;
  }
  rule(page, y);
  return y + 14;
}

function drawTotals(page: Page, receipt: Receipt, top: number): void {
  const net = receipt.amountMinor - receipt.taxMinor;
  let y = total(page, 'Net amount', formatMoney(net, receipt.currency), top, false);
  y = total(
    page,
    `Tax included (${formatTaxRate(receipt.taxBasisPoints)})`,
    formatMoney(receipt.taxMinor, receipt.currency),
    y,
    false,
  );
  y = total(page, 'Total paid', formatMoney(receipt.amountMinor, receipt.currency), y + 6, true);
  const method = `${methodName(receipt.method.brand)} ending in ${receipt.method.last4}`;
  text(page, `Paid with ${method}`, MARGIN, y + 4, { size: 9.5, width: WIDTH, align: 'right', colour: QUIET });
}

function total(page: Page, label: string, amount: string, y: number, strong: boolean): number {
  const size = strong ? 14 : 10;
  const colour = strong ? INK : QUIET;
  const labelX = MARGIN + WIDTH / 3;
  text(page, label, labelX, y, { size, bold: strong, colour, width: (WIDTH * 2) / 3 - AMOUNT_WIDTH, align: 'right' });
  text(page, amount, MARGIN + WIDTH - AMOUNT_WIDTH, y, {
    size,
    bold: strong,
    colour,
    width: AMOUNT_WIDTH,
    align: 'right',
  });
  return y + size * 1.7;
}

function drawFoot(page: Page, receipt: Receipt): void {
  rule(page, FOOTER_TOP - 10);
  const words = `Thank you for your purchase. All prices include tax. ${receipt.seller.name} sold this through Souk. Quote ${receipt.receiptNumber} in questions about it.`;
  text(page, words, MARGIN, FOOTER_TOP, { size: 8, width: WIDTH, height: 22, colour: QUIET });
}

type TextStyle = {
  size: number;
  width: number;
  height?: number;
  bold?: boolean;
  align?: 'right';
  colour?: string;
  spacing?: number;
};

function text(page: Page, words: string, x: number, y: number, style: TextStyle): void {
  page
    .font(style.bold ? 'bold' : 'regular')
    .fontSize(style.size)
    .fillColor(style.colour ?? INK)
    .text(printable(words), x, y, {
      width: style.width,
      align: style.align ?? 'left',
      lineGap: 1.5,
      ...(style.height ? { height: style.height, ellipsis: true } : {}),
      ...(style.spacing ? { characterSpacing: style.spacing } : {}),
    });
}

function rule(page: Page, y: number): void {
  page
    .moveTo(MARGIN, y)
    .lineTo(MARGIN + WIDTH, y)
    .lineWidth(0.7)
    .strokeColor(RULE)
    .stroke();
}

/** What the font has no sign for is drawn as a box; line breaks would push the rest of the page down. */
function printable(words: string): string {
  return words.normalize('NFC').replace(/\p{Cc}+/gu, ' ');
}
