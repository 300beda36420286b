// A test double of OpenSearch: another maker's server, as far as this shop speaks to it. It keeps indices, aliases and documents
// with their versions over HTTP, and answers searches by looking at each document. Everything written is found at once: it has no
// refresh, no shards and no statistics. That real ones agree is what contract.test.ts is for, when SEARCH_URL names one.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addSpelling, nearbyWords, openSpellings } from '../engine/spelling.ts';
import { aggregate, evaluate, type Fields, type Mapping, NotUnderstood, tokensOf } from './test-evaluate.ts';

type Stored = { version: number; seqNo: number; source: Fields | null };
type Index = { body: Fields; documents: Map<string, Stored> };
type Answer = { status: number; body: unknown };
export type StandIn = {
  url: string;
  indices: Map<string, Index>;
  /** From alias to index. */
  aliases: Map<string, string>;
  /** Method and path of what changed something. */
  writes: string[];
  /** Documents it cannot take. */
  refusedIds: Set<string>;
  /** Connections are cut. */
  isAway: boolean;
  /** Requests are heard and never answered. */
  isMute: boolean;
  close(): Promise<void>;
};

const fault = (status: number, type: string): Answer => ({ status, body: { error: { type, reason: type }, status } });
const good = (body: unknown = { acknowledged: true }): Answer => ({ status: 200, body });

export async function openStandIn(): Promise<StandIn> {
  const standIn: StandIn = {
    ...{
      url: '',
      indices: new Map(),
      aliases: new Map(),
      writes: [],
      refusedIds: new Set(),
      isAway: false,
      isMute: false,
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const server = createServer(async (request, response) => {
    const text = await textOf(request);
    if (standIn.isAway) return void request.socket.destroy();
    if (standIn.isMute) return;
    const { status, body } = answer(standIn, request.method ?? '', request.url ?? '', text);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(request.method === 'HEAD' ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  standIn.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return standIn;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function answer(standIn: StandIn, method: string, address: string, text: string): Answer {
  const url = new URL(address, 'http://stand-in');
  const [first = '', second = '', third = ''] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  if (!['GET', 'HEAD'].includes(method) && second !== '_search' && first !== '_bulk') {
    standIn.writes.push(`${method} ${url.pathname}`);
  }
  try {
    if (first === '_bulk') return bulk(standIn, text.split('\n').filter(Boolean));
    const body = text === '' ? {} : JSON.parse(text);
    if (first === '_aliases') return moveAliases(standIn, body.actions);
    if (first === '_alias') return aliasAnswer(standIn, second);
    if (method === 'GET' && second === '') return good(Object.fromEntries(matching(standIn, first)));
    if (method === 'PUT' && second === '') return createIndex(standIn, first, body);
    if (method === 'DELETE' && second === '') {
      for (const name of first.split(',')) standIn.indices.delete(name);
      return good();
    }
    const index = indexOf(standIn, first);
    if (!index) return fault(404, 'index_not_found_exception');
    if (second === '_mapping') return good({ [first]: { mappings: index.body.mappings ?? {} } });
    if (second === '_settings' || second === '_refresh') return good();
    if (second === '_search') return search(index, body);
    if (second === '_doc' && method === 'GET') return readDocument(index, third);
    if (second === '_doc') return writeDocument(index, third, body, url.searchParams);
    return fault(400, `no such endpoint: ${method} ${address}`);
  } catch (error) {
    if (error instanceof NotUnderstood) return fault(400, `parsing_exception: ${error.message}`);
    throw error;
  }
}

function indexOf({ indices, aliases }: StandIn, name: string): Index | undefined {
  return indices.get(aliases.get(name) ?? name);
}

function matching({ indices }: StandIn, pattern: string): [string, unknown][] {
  const names = [...indices.keys()].filter((name) => name.startsWith(pattern.replace('*', '')));
  return names.map((name) => [name, indices.get(name)?.body]);
}

function createIndex({ indices }: StandIn, name: string, body: Fields): Answer {
  if (indices.has(name)) return fault(400, 'resource_already_exists_exception');
  indices.set(name, { body, documents: new Map() });
  return good({ acknowledged: true, index: name });
}

function aliasAnswer({ aliases }: StandIn, alias: string): Answer {
  const index = aliases.get(alias);
  return index === undefined ? { status: 404, body: {} } : good({ [index]: { aliases: { [alias]: {} } } });
}

/** All or nothing. */
function moveAliases(standIn: StandIn, actions: Record<string, { index: string; alias: string }>[]): Answer {
  const aliases = new Map(standIn.aliases);
  for (const action of actions) {
    const { index, alias } = Object.values(action)[0] as { index: string; alias: string };
    if (!standIn.indices.has(index)) return fault(404, 'index_not_found_exception');
    if (action.remove && aliases.get(alias) !== index) return fault(404, 'aliases_not_found_exception');
    if (action.add) aliases.set(alias, index);
    else aliases.delete(alias);
  }
  standIn.aliases = aliases;
  return good();
}

function readDocument({ documents }: Index, id: string): Answer {
  const stored = documents.get(id);
  if (!stored?.source) return { status: 404, body: { _id: id, found: false } };
  const { version, seqNo, source } = stored;
  return good({ _id: id, _version: version, _seq_no: seqNo, _primary_term: 1, found: true, _source: source });
}

function writeDocument(index: Index, id: string, source: Fields, parameters: URLSearchParams): Answer {
  const stored = index.documents.get(id);
  const wantedSeqNo = parameters.get('if_seq_no');
  if (parameters.get('op_type') === 'create' && stored) return fault(409, 'version_conflict_engine_exception');
  if (wantedSeqNo !== null && Number(wantedSeqNo) !== stored?.seqNo)
    return fault(409, 'version_conflict_engine_exception');
  const seqNo = (stored?.seqNo ?? -1) + 1;
  index.documents.set(id, { version: (stored?.version ?? 0) + 1, seqNo, source });
  return good({ _id: id, _seq_no: seqNo, _primary_term: 1, result: stored ? 'updated' : 'created' });
}

function bulk(standIn: StandIn, lines: string[]): Answer {
  const items: { [action: string]: { status: number; _id: string; error?: unknown } }[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [action = '', target] = Object.entries(JSON.parse(lines[at] as string))[0] as [string, Fields];
    const source = action === 'delete' ? null : JSON.parse(lines[++at] as string);
    items.push({ [action]: { _id: String(target._id), ...bulkItem(standIn, target, source) } });
  }
  return good({ took: 1, errors: items.some((item) => Object.values(item)[0]?.error), items });
}

function bulkItem(standIn: StandIn, target: Fields, source: Fields | null) {
  const refused = (status: number, type: string) => ({ status, error: { type, reason: type } });
  const name = String(target._index);
  if (target.require_alias && !standIn.aliases.has(name)) return refused(404, 'index_not_found_exception');
  if (standIn.refusedIds.has(String(target._id))) return refused(400, 'mapper_parsing_exception');
  if (!indexOf(standIn, name)) createIndex(standIn, name, {});
  const { documents } = indexOf(standIn, name) as Index;
  const stored = documents.get(String(target._id));
  const version = Number(target.version);
  if (target.version_type !== 'external') return refused(400, 'this double keeps external versions only');
  if (stored && stored.version >= version) return refused(409, 'version_conflict_engine_exception');
  documents.set(String(target._id), { version, seqNo: 0, source });
  return { status: source === null && !stored?.source ? 404 : 200 };
}

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire
function search({ body, documents }: Index, asked: any): Answer {
  const mapping = ((body.mappings as Fields | undefined)?.properties ?? {}) as Mapping;
  const all = [...documents].flatMap(([id, { source }]) => (source === null ? [] : [{ id, source }]));
  const found = all.flatMap(({ id, source }) => {
    const match = evaluate(mapping, source, asked.query ?? { match_all: {} });
    return match ? [{ id, source, match }] : [];
  });
  const shown = found
    .filter(({ source }) => evaluate(mapping, source, asked.post_filter ?? { match_all: {} }) !== null)
    .sort((a, b) => compare(a, b, asked.sort ?? []));
  const { from = 0, size = 10 } = asked;
  return good({
    hits: {
      total: { value: shown.length, relation: 'eq' },
      hits: shown.slice(from, from + size).map(({ id, source, match }) => ({
        _id: id,
        _score: asked.sort && !asked.sort[0]._score ? null : match.score,
        // As the mapping says: nothing else is kept.
        _source: { document: source.document },
        matched_queries: match.names,
      })),
    },
    ...(asked.aggs
      ? {
          aggregations: aggregate(
            mapping,
            found.map(({ source }) => source),
            asked.aggs,
          ),
        }
      : {}),
    ...(asked.suggest ? { suggest: suggest(mapping, all, asked.suggest) } : {}),
  });
}

type Found = { source: Fields; match: { score: number } };

function compare(a: Found, b: Found, sort: Record<string, string>[]): number {
  for (const one of sort) {
    const [field = '', order] = Object.entries(one)[0] ?? [];
    const figureOf = ({ source, match }: Found) => (field === '_score' ? match.score : Number(source[field]));
    const difference = figureOf(a) - figureOf(b);
    if (difference !== 0) return order === 'asc' ? difference : -difference;
  }
  return 0;
}

function suggest(
  mapping: Mapping,
  all: { source: Fields }[],
  asked: Record<string, { text: string; term: { field: string; max_edits: number } }>,
) {
  return Object.fromEntries(
    Object.entries(asked).map(([name, { text, term }]) => {
      const counts = new Map<string, number>();
      for (const { source } of all) {
        for (const token of tokensOf(mapping, source, term.field)) {
          counts.set(String(token), (counts.get(String(token)) ?? 0) + 1);
        }
      }
      const words = [...counts.keys()];
      const spellings = openSpellings((wordId) => words[wordId] as string);
      for (const wordId of words.keys()) addSpelling(spellings, wordId);
      const options = nearbyWords(spellings, text)
        .filter(({ slips }) => slips > 0 && slips <= term.max_edits)
        .map(({ wordId, slips }) => ({
          text: words[wordId],
          score: 1 - slips / text.length,
          freq: counts.get(words[wordId] as string),
        }));
      return [name, [{ text, offset: 0, length: text.length, options }]];
    }),
  );
}
