// JSON Lines: one product a line.
import { createHash } from 'node:crypto';
import { byteLines } from './byte-lines.ts';
import { categoryPath, type ImportedRow, MAX_ROW_BYTES, oneLine } from './import-row.ts';

type Json = Record<string, unknown>;
/** What a field should have been: the reason a row is left out. */
class Misfit extends Error {}

const BYTE_ORDER_MARK = '\ufeff';

export async function* readJsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<ImportedRow> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  for await (const { line, bytes } of byteLines(chunks, MAX_ROW_BYTES)) {
    if (!bytes) {
      yield { kind: 'bad', line, reason: `longer than ${MAX_ROW_BYTES / 1024} KB` };
      continue;
    }
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      yield { kind: 'bad', line, reason: 'not UTF-8' };
      continue;
    }
    if (line === 1 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    if (text.trim() !== '') yield readLine(line, text);
  }
}

function readLine(line: number, text: string): ImportedRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'bad', line, reason: 'not JSON' };
  }
  if (!isObject(value)) return { kind: 'bad', line, reason: 'not a JSON object' };
  try {
    return { kind: 'product', line, ...productOf(value) };
  } catch (error) {
    if (error instanceof Misfit) return { kind: 'bad', line, reason: error.message };
    throw error;
  }
}

function productOf(json: Json): Pick<Extract<ImportedRow, { kind: 'product' }>, 'row' | 'picturePaths'> {
  const title = oneLine(text(json, 'title') ?? '');
  const brand = oneLine(text(json, 'brand') ?? '') || null;
  const gtin = scalarText(json, 'gtin') || null;
  const price = json.price;
  if (!isObject(price)) throw new Misfit('/price: must be an object of amount and currency');
  if (typeof price.amount !== 'number') throw new Misfit('/price/amount: must be a whole number of minor units');
  if (typeof price.currency !== 'string') throw new Misfit('/price/currency: must be text');
  const row = {
    externalId: scalarText(json, 'id') || (gtin ? `gtin:${gtin}` : nameHash(title, brand)),
    familyKey: null,
    variant: {},
    title,
    description: text(json, 'description') ?? '',
    brand,
    category: category(json.category),
    attributes: attributes(json.attributes),
    gtin,
    priceMinor: price.amount,
    currency: price.currency,
    status: 'active' as const,
    stock: wholeNumber(json, 'stock'),
    pictures: [],
  };
  return { row, picturePaths: [...pathsOf(json, 'picture'), ...pathsOf(json, 'pictures')] };
}

/** Without an id the same title and brand are the same product. */
function nameHash(title: string, brand: string | null): string {
  return `name:${createHash('sha256')
    .update(JSON.stringify([title, brand]))
    .digest('hex')
    .slice(0, 32)}`;
}

function text(json: Json, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new Misfit(`/${name}: must be text`);
  return value;
}

function scalarText(json: Json, name: string): string {
  const value = json[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return text(json, name)?.trim() ?? '';
}

function wholeNumber(json: Json, name: string): number | null {
  const value = json[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number') throw new Misfit(`/${name}: must be a whole number`);
  return value;
}

function category(value: unknown): string[] {
  if (typeof value === 'string') return categoryPath(value);
  if (isTextList(value)) return value.map(oneLine);
  throw new Misfit('/category: must be text or a list of texts');
}

function pathsOf(json: Json, name: string): string[] {
  const value = json[name] ?? [];
  const paths = typeof value === 'string' ? [value] : value;
  if (!isTextList(paths)) throw new Misfit(`/${name}: must be text or a list of texts`);
  return paths;
}

function attributes(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new Misfit('/attributes: must be an object');
  const pairs: [string, string][] = [];
  for (const [name, scalar] of Object.entries(value)) {
    if (scalar === null) continue;
    if (typeof scalar === 'object') throw new Misfit('/attributes: may hold text, numbers, true and false');
    pairs.push([oneLine(name), typeof scalar === 'boolean' ? (scalar ? 'Yes' : 'No') : String(scalar)]);
  }
  return Object.fromEntries(pairs);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
