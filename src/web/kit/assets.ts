// Style sheet, drawings and browser scripts under /assets/<name>-<hash>.<ext>. The address changes with the content, so
// a browser may keep each for ever; each is compressed once, at start, with the best and slowest settings.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip as gzipCompress, constants as zlib } from 'node:zlib';
import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import { IMMUTABLE } from './cache-control.ts';
import type { App } from './shop.ts';

const ASSETS_DIRECTORY = join(import.meta.dirname, '../../../assets');
const STYLES_DIRECTORY = join(ASSETS_DIRECTORY, 'css');
const CLIENT_DIRECTORY = join(import.meta.dirname, '../client');
const HASH_CHARACTERS = 10; // of base64url: 60 bits

const CONTENT_TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

type Asset = { file: string; contentType: string; plain: Buffer; etag: string };
type Encoded = { brotli: Buffer; gzip: Buffer };

const brotli = promisify(brotliCompress);
const gzip = promisify(gzipCompress);

const byName = new Map<string, Asset>();
for (const name of readdirSync(ASSETS_DIRECTORY)) {
  if (name.endsWith('.svg')) add(name, readFileSync(join(ASSETS_DIRECTORY, name)));
}
// After the drawings, whose addresses stand in the style sheet.
add('souk.css', Buffer.from(styleSheet(readdirSync(STYLES_DIRECTORY).sort())));
for (const name of readdirSync(CLIENT_DIRECTORY)) {
  if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
  add(name.replace(/\.ts$/, '.js'), Buffer.from(browserScript(readFileSync(join(CLIENT_DIRECTORY, name), 'utf8'))));
}

// The charts' library as it comes; only the operator's pages load it.
const library = (file: string): Buffer => readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${file}`));
add('uPlot.js', library('uPlot.iife.min.js'));
add('uPlot.css', library('uPlot.min.css'));

/** The address of an asset by its plain name: 'souk.css', 'suggest.js'. A name that does not exist is a bug in a page. */
export function assetUrl(name: string): string {
  const asset = byName.get(name);
  if (!asset) throw new Error(`no such asset: ${name}`);
  return `/assets/${asset.file}`;
}

function add(name: string, plain: Buffer): void {
  const dot = name.lastIndexOf('.');
  const contentType = CONTENT_TYPES[name.slice(dot + 1)];
  if (!contentType) return;
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, HASH_CHARACTERS);
  byName.set(name, { file: `${name.slice(0, dot)}-${hash}${name.slice(dot)}`, contentType, plain, etag: `"${hash}"` });
}

/** All style sheets as one, in the order of their names. */
function styleSheet(names: readonly string[]): string {
  const source = names.map((name) => readFileSync(join(STYLES_DIRECTORY, name), 'utf8')).join('\n');
  return source.replaceAll(/url\(([a-z-]+\.svg)\)/g, (_, name: string) => `url(${assetUrl(name)})`);
}

/** Types blanked out; then the blanks and whole-line comments, which no browser needs, are dropped too. */
function browserScript(source: string): string {
  const lines = stripTypeScriptTypes(source, { mode: 'strip' }).split('\n');
  return lines
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !/^\s*(\/\/|\/\*\*|\*)/.test(line))
    .join('\n');
}

async function encode(plain: Buffer): Promise<Encoded> {
  const params = { [zlib.BROTLI_PARAM_QUALITY]: zlib.BROTLI_MAX_QUALITY, [zlib.BROTLI_PARAM_SIZE_HINT]: plain.length };
  const [br, gz] = await Promise.all([brotli(plain, { params }), gzip(plain, { level: 9 })]);
  return { brotli: br, gzip: gz };
}

export function assetRoutes(app: App): void {
  const byFile = new Map([...byName.values()].map((asset) => [asset.file, asset]));
  // When it is first asked for: all of them were 150 ms of each start, which a node that was killed in a surge has not.
  const encoded = new Map<string, Promise<Encoded>>();
  const encodedOf = (asset: Asset): Promise<Encoded> => {
    const known = encoded.get(asset.file) ?? encode(asset.plain);
    encoded.set(asset.file, known);
    return known;
  };
  const schema = { hide: true, params: Type.Object({ file: Type.String({ maxLength: 100 }) }) };
  app.get('/assets/:file', { schema }, async (request, reply) => {
    const asset = byFile.get(request.params.file);
    if (!asset) throw problem('not-found');
    reply
      .header('content-type', asset.contentType)
      .header('cache-control', IMMUTABLE)
      .header('vary', 'accept-encoding')
      .header('etag', asset.etag);
    const accepted = request.headers['accept-encoding'] ?? '';
    if (/\bbr\b/.test(accepted)) return reply.header('content-encoding', 'br').send((await encodedOf(asset)).brotli);
    if (/\bgzip\b/.test(accepted)) return reply.header('content-encoding', 'gzip').send((await encodedOf(asset)).gzip);
    return reply.send(asset.plain);
  });
}
