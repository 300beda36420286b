// One address, two representations: the page for browsers, JSON for everyone else.
import type { FastifyRequest } from 'fastify';
import type { Html } from '../../lib/html.ts';

const HTML_CONTENT_TYPE = 'text/html; charset=utf-8';

type Reply = { header(name: string, value: string): unknown; type(contentType: string): unknown };

/**
 * Answers in the representation that the client asked for: `return respond(request, reply, { json, page })`.
 * It is typed as the JSON, so that the route's schema checks that half; a page leaves as text.
 */
export function respond<Json>(
  request: Pick<FastifyRequest, 'headers'>,
  reply: Reply,
  representations: { json: () => Json; page: () => Html },
): Json {
  reply.header('vary', 'accept');
  if (!wantsPage(request)) return representations.json();
  return sendPage(reply, representations.page()) as Json;
}

/** For routes that have a page and nothing else. */
export function sendPage(reply: Reply, page: Html): unknown {
  reply.type(HTML_CONTENT_TYPE);
  return String(page);
}

const JSON_RANGES = ['application/problem+json', 'application/json', 'application/*', '*/*'];

/** Whether HTML was asked for by name, and no less than JSON: clients that are no browsers say nothing or a wildcard. */
export function wantsPage(request: Pick<FastifyRequest, 'headers'>): boolean {
  const accept = request.headers.accept;
  if (accept === undefined || !accept.includes('text/html')) return false;
  const ranges = accept.split(',').map(parseRange);
  const page = ranges.find((range) => range.type === 'text/html');
  const json = JSON_RANGES.map((type) => ranges.find((range) => range.type === type)).find(
    (range) => range !== undefined,
  );
  if (!page || page.quality === 0) return false;
  if (!json || page.quality !== json.quality) return page.quality > (json?.quality ?? 0);
  // As dear as each other: the one named first, and a wildcard names nothing.
  return json.type.endsWith('*') || ranges.indexOf(page) < ranges.indexOf(json);
}

function parseRange(text: string): { type: string; quality: number } {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
  return { type, quality: quality >= 0 && quality <= 1 ? quality : 0 };
}
