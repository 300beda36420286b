const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

type ByteLine = { line: number; bytes: Buffer } | { line: number; bytes: undefined };

/** The lines of a stream, from 1. A line longer than maxBytes has no bytes, and is never held in memory. */
export async function* byteLines(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<ByteLine> {
  let line = 1;
  let parts: Buffer[] = [];
  let length = 0;

  function take(): ByteLine {
    const bytes = length > maxBytes ? undefined : Buffer.concat(parts);
    parts = [];
    length = 0;
    if (!bytes) return { line: line++, bytes };
    return { line: line++, bytes: bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes };
  }
  function keep(part: Buffer): void {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  }

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (length > 0) yield take();
}
