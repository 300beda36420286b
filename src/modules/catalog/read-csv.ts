// Product CSVs of shop systems: the header says which.
import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import type { CsvDialect, CsvRecord, NumberedRecord } from './csv-record.ts';
import { shopify } from './csv-shopify.ts';
import { spree } from './csv-spree.ts';
import { FileFault } from './file-fault.ts';
import { type ImportedRow, MAX_ROW_BYTES } from './import-row.ts';

// Rows of a product stand together and are held until the next one begins. Shopify allows 2,048 variants.
const MAX_GROUP_ROWS = 2_500;
const MAX_GROUP_BYTES = 16 * 1024 * 1024;
const DIALECTS: CsvDialect[] = [spree, shopify];
const REPLACEMENT_CHARACTER = '\ufffd'; // what the decoder puts where bytes are not UTF-8

type Parsed = NumberedRecord & { bytesBefore: number };

export async function* readCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<ImportedRow> {
  let dialect: CsvDialect | undefined;
  // The line on which the record before ended: the parser counts lines, and a record may have several.
  let lastLine = 1;
  const skipped: ImportedRow[] = [];
  const parser = parse({
    bom: true,
    columns: (header: string[]) => {
      dialect = dialectOf(header);
      return header.map((name) => name.trim());
    },
    max_record_size: MAX_ROW_BYTES,
    relax_column_count_less: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_record: (record: CsvRecord, { lines, bytes }): Parsed => {
      const line = lastLine + 1;
      lastLine = lines;
      return { line, record, bytesBefore: bytes };
    },
    on_skip: (error) => {
      const line = lastLine + 1;
      // A second fault of the same record says nothing new.
      if (!error || Number(error.lines) < line) return undefined;
      lastLine = Number(error.lines);
      // Thrown, it ends the parsing: where the record would end nobody knows.
      skipped.push(badRecord(error, line));
      return undefined;
    },
  });
  Readable.from(chunks, { objectMode: false })
    .on('error', (error) => parser.destroy(error))
    .pipe(parser);

  yield* grouped(parser as AsyncIterable<Parsed>, () => dialect, skipped);
}

async function* grouped(
  records: AsyncIterable<Parsed>,
  dialectKnown: () => CsvDialect | undefined,
  skipped: ImportedRow[],
): AsyncGenerator<ImportedRow> {
  let group: NumberedRecord[] = [];
  let groupKey = '';
  let groupStartBytes = 0;
  let fault: unknown;
  try {
    for await (const { line, record, bytesBefore } of records) {
      yield* skipped.splice(0);
      const key = dialectKnown()?.groupOf(record) ?? '';
      if (Object.values(record).some((value) => value?.includes(REPLACEMENT_CHARACTER))) {
        yield { kind: 'bad', line, reason: 'not UTF-8' };
        continue;
      }
      if (key === '' || key !== groupKey) {
        yield* dialectKnown()?.readGroup(group) ?? [];
        group = [];
        groupKey = key;
        groupStartBytes = bytesBefore;
      }
      if (group.length < MAX_GROUP_ROWS && bytesBefore - groupStartBytes < MAX_GROUP_BYTES)
        group.push({ line, record });
      else yield { kind: 'bad', line, reason: `more than ${MAX_GROUP_ROWS} rows, or too much text, for one product` };
    }
  } catch (error) {
    fault = error;
  }
  // The rows before a fault are whole, and so is the product that they make.
  yield* dialectKnown()?.readGroup(group) ?? [];
  yield* skipped;
  if (fault) throw fault;
}

function dialectOf(header: string[]): CsvDialect {
  const names = new Set(header.map((name) => name.trim()));
  const dialect = DIALECTS.find(({ columns }) => columns.every((name) => names.has(name)));
  if (dialect) return dialect;
  const known = DIALECTS.map(({ columns }) => columns.join(', ')).join('; or ');
  throw new FileFault(`not a product CSV that is known here: the header needs ${known}`);
}

function badRecord(error: CsvError, line: number): ImportedRow {
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    throw new FileFault(
      `the record that begins on line ${line} does not end within ${MAX_ROW_BYTES / 1024} KB; a quote may be open`,
    );
  }
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return { kind: 'bad', line, reason: 'a quoted field is not closed' };
  if (error.code.startsWith('CSV_RECORD_INCONSISTENT'))
    return { kind: 'bad', line, reason: 'more fields than the header has' };
  return { kind: 'bad', line, reason: 'a quote inside a field (it must be doubled, in a quoted field)' };
}
