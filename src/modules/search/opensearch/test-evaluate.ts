// For the stand-in of OpenSearch: what of its query language this shop uses, one document at a time. Scores are only plausible:
// weights and occurrences without the statistics of the whole index. What is not used here is refused, as a typing error would be.

export type Fields = Record<string, unknown>;
export type Mapping = Record<string, { type: string; copy_to?: string }>;
// biome-ignore lint/suspicious/noExplicitAny: a foreign language, taken apart by its own words
type Query = any;
export type Match = { score: number; names: string[] };

export class NotUnderstood extends Error {}

export function tokensOf(mapping: Mapping, fields: Fields, field: string): unknown[] {
  if (!mapping[field]) throw new NotUnderstood(`no field ${field}`);
  const sources = Object.keys(mapping).filter((name) => name === field || mapping[name]?.copy_to === field);
  return sources.flatMap((name) => {
    const values = [fields[name] ?? []].flat();
    return mapping[name]?.type === 'text' ? values.flatMap((value) => String(value).split(/\s+/)) : values;
  });
}

/** null: it does not match. */
export function evaluate(mapping: Mapping, fields: Fields, query: Query): Match | null {
  const [kind, body] = onlyEntry(query);
  const has = (field: string, value: unknown) =>
    tokensOf(mapping, fields, field).some((token) => String(token) === String(value));
  const found = (isFound: boolean, score = 1): Match | null => (isFound ? { score, names: [] } : null);
  switch (kind) {
    case 'match_all':
      return found(true);
    case 'term': {
      const [field, { value }] = onlyEntry(body);
      return found(has(field, value));
    }
    case 'terms': {
      const [field, values] = onlyEntry(body);
      return found(values.some((value: unknown) => has(field, value)));
    }
    case 'terms_set': {
      const [field, { terms, minimum_should_match_field }] = onlyEntry(body);
      const least = Math.max(1, Number(fields[minimum_should_match_field]));
      return found(terms.filter((term: unknown) => has(field, term)).length >= least);
    }
    case 'prefix': {
      const [field, { value }] = onlyEntry(body);
      return found(tokensOf(mapping, fields, field).some((token) => String(token).startsWith(value)));
    }
    case 'range': {
      const [field, { gte, lte }] = onlyEntry(body);
      return found(
        tokensOf(mapping, fields, field).some(
          (token) => (gte === undefined || Number(token) >= gte) && (lte === undefined || Number(token) <= lte),
        ),
      );
    }
    case 'match_phrase': {
      const [field, { query: phrase }] = onlyEntry(body);
      return found(` ${tokensOf(mapping, fields, field).join(' ')} `.includes(` ${phrase} `));
    }
    case 'multi_match':
      return multiMatch(mapping, fields, body);
    case 'constant_score':
      return found(evaluate(mapping, fields, body.filter) !== null, body.boost ?? 1);
    case 'dis_max': {
      const matches = body.queries.flatMap((one: Query) => evaluate(mapping, fields, one) ?? []);
      if (matches.length === 0) return null;
      const names = [...matches.flatMap((match: Match) => match.names), ...(body._name ? [body._name] : [])];
      return { score: Math.max(...matches.map((match: Match) => match.score)), names };
    }
    case 'bool':
      return bool(mapping, fields, body);
    case 'function_score':
      return functionScore(mapping, fields, body);
    default:
      throw new NotUnderstood(`unknown query [${kind}]`);
  }
}

function multiMatch(mapping: Mapping, fields: Fields, body: Query): Match | null {
  if (body.type !== 'cross_fields' || /\s/.test(body.query)) throw new NotUnderstood('multi_match');
  const scores = body.fields
    .map((one: string) => {
      const [field = '', weight] = one.split('^');
      const times = tokensOf(mapping, fields, field).filter((token) => token === body.query).length;
      return (Number(weight) * times) / (times + 1);
    })
    .filter((score: number) => score > 0);
  if (scores.length === 0) return null;
  const best = Math.max(...scores);
  const others = scores.reduce((sum: number, score: number) => sum + score, 0) - best;
  return { score: (best + body.tie_breaker * others) * body.boost, names: [] };
}

function bool(mapping: Mapping, fields: Fields, body: Query): Match | null {
  const { must = [], should = [], filter = [], must_not = [] } = body;
  const needed = must.map((one: Query) => evaluate(mapping, fields, one));
  const optional = should
    .map((one: Query) => evaluate(mapping, fields, one))
    .filter((one: Match | null) => one !== null);
  const least = body.minimum_should_match ?? (must.length + filter.length === 0 && should.length > 0 ? 1 : 0);
  if (needed.includes(null) || optional.length < least) return null;
  if (filter.some((one: Query) => evaluate(mapping, fields, one) === null)) return null;
  if (must_not.some((one: Query) => evaluate(mapping, fields, one) !== null)) return null;
  const matches: Match[] = [...needed, ...optional];
  return {
    score: matches.reduce((sum, match) => sum + match.score, 0),
    names: matches.flatMap((match) => match.names),
  };
}

function functionScore(mapping: Mapping, fields: Fields, body: Query): Match | null {
  if (body.score_mode !== 'sum' || body.boost_mode !== 'sum') throw new NotUnderstood('function_score');
  const match = evaluate(mapping, fields, body.query);
  if (match === null) return null;
  let { score } = match;
  for (const { filter, weight, field_value_factor: factor } of body.functions) {
    if (factor) score += Number(fields[factor.field] ?? factor.missing) * factor.factor;
    else if (evaluate(mapping, fields, filter) !== null) score += weight;
  }
  return { ...match, score };
}

// biome-ignore lint/suspicious/noExplicitAny: see above
export function aggregate(mapping: Mapping, documents: Fields[], aggs: Record<string, any>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(aggs).map(([name, { aggs: inner = {}, ...one }]) => {
      const [kind, body] = onlyEntry(one);
      const bucket = (members: Fields[]) => ({
        doc_count: members.length,
        ...aggregate(mapping, members, inner),
      });
      const passing = (query: Query) => documents.filter((fields) => evaluate(mapping, fields, query) !== null);
      switch (kind) {
        case 'filter':
          return [name, bucket(passing(body))];
        case 'filters':
          return [
            name,
            {
              buckets: Object.fromEntries(
                Object.entries(body.filters).map(([key, query]) => [key, bucket(passing(query))]),
              ),
            },
          ];
        case 'sampler':
          return [name, bucket(documents)];
        case 'range':
          return [
            name,
            {
              buckets: body.ranges.map(({ from }: { from: number }) => ({
                key: `${from}-*`,
                from,
                doc_count: documents.filter((fields) => Number(fields[body.field]) >= from).length,
              })),
            },
          ];
        case 'terms':
          return [name, { buckets: termBuckets(mapping, documents, body) }];
        default:
          throw new NotUnderstood(`unknown aggregation [${kind}]`);
      }
    }),
  );
}

function termBuckets(mapping: Mapping, documents: Fields[], { field, size, include }: Query) {
  // Lucene's expressions are a language of their own; of what is used here JavaScript's say the same, but for some escapes.
  const pattern =
    include === undefined ? undefined : new RegExp(`^(?:${include.replace(/\\([^.?+*|{}[\]()\\^$])/g, '$1')})$`);
  const counts = new Map<unknown, number>();
  for (const fields of documents) {
    for (const value of new Set(tokensOf(mapping, fields, field))) {
      if (pattern && !pattern.test(String(value))) continue;
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort(([a, one], [b, other]) => other - one || (String(a) < String(b) ? -1 : 1))
    .slice(0, size)
    .map(([key, count]) => ({ key, doc_count: count }));
}

// biome-ignore lint/suspicious/noExplicitAny: see above
function onlyEntry(object: Record<string, any>): [string, any] {
  const entries = Object.entries(object);
  if (entries.length !== 1) throw new NotUnderstood(`expected one word, got ${Object.keys(object)}`);
  return entries[0] as [string, unknown];
}
