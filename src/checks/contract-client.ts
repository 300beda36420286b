// A client that holds every answer against the API's own document.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { assertPromised, loadOpenApi, type OpenApi, type RouteName } from './open-api-document.ts';
import { openTestShop, type Person, type TestShop } from './test-shop.ts';

export type Request = {
  as?: Person;
  /** What stands for the names in the route's path. */
  params?: Record<string, string>;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
};
export type ContractClient = TestShop & {
  document: OpenApi;
  /** Sends, checks the answer against the document and for its status, and gives it back. */
  call(status: number, route: RouteName, request?: Request): Promise<LightMyRequestResponse>;
};

export async function openContractClient(t: TestContext): Promise<ContractClient> {
  const shop = await openTestShop(t);
  const document = await loadOpenApi(shop.app);
  return {
    ...shop,
    document,
    call: async (status, route, request = {}) => {
      const response = await shop.app.inject(injected(route, request));
      assert.equal(response.statusCode, status, `${route}: ${response.body.slice(0, 600)}`);
      assertPromised(document, route, response);
      return response;
    },
  };
}

export function injected(
  route: RouteName,
  { as, params = {}, query = '', body, headers = {} }: Request,
): InjectOptions {
  const [method, path = ''] = route.split(' ');
  const url = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? '1');
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  return {
    method: method as 'GET',
    url: `${url}${query}`,
    headers: {
      ...as?.bearer,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
  };
}
