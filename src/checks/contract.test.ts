// What the API says of itself: sound OpenAPI 3.1, and all that was promised to clients is in it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { BESIDES, CONTRACT, LATER } from './contract-routes.ts';
import { boundFaults, documentFaults, loadOpenApi, type OpenApi, routesOf } from './open-api-document.ts';
import { openTestShop } from './test-shop.ts';

test('the document is sound, complete, and bounds everything that clients send', async (t) => {
  const { app } = await openTestShop(t);
  const document = await loadOpenApi(app);
  assert.deepEqual(documentFaults(document), []);
  const routes = [...routesOf(document).keys()];
  assert.deepEqual(
    CONTRACT.filter((route) => !routes.includes(route)),
    [],
    'promised, and not there',
  );
  assert.deepEqual(
    routes.filter((route) => !CONTRACT.includes(route) && !BESIDES.includes(route)),
    [],
    'there, and in no list',
  );
  assert.deepEqual(
    Object.keys(LATER).filter((route) => routes.includes(route)),
    [],
    'there by now: it belongs into the contract',
  );

  const page = await app.inject({ url: '/docs', headers: { accept: 'text/html' } });
  assert.equal(page.statusCode, 200);
  for (const route of routes) assert.ok(page.body.includes(route), `/docs does not show ${route}`);
});

test('every type of problem is explained at its address', async (t) => {
  const { app } = await openTestShop(t);
  const { problems } = (await app.inject({ url: '/problems' })).json<{
    problems: { type: string; status: number }[];
  }>();
  assert.ok(problems.length > 20);
  for (const { type, status } of problems) {
    const json = await app.inject({ url: type });
    assert.deepEqual([json.statusCode, json.json().status], [200, status]);
    const page = await app.inject({ url: type, headers: { accept: 'text/html' } });
    assert.match(page.body, /<h1>/);
  }
  assert.equal((await app.inject({ url: '/problems/no-such-problem' })).statusCode, 404);
});

test('the checker sees a document that is not sound', () => {
  const bad = {
    openapi: '3.0.3',
    info: { title: 'Shop' },
    tags: [{ name: 'shop' }],
    paths: {
      '/thing/{id}': {
        get: { tags: ['other'], responses: { 404: { description: 'gone' } } },
        post: {
          summary: 'Make',
          tags: ['shop'],
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
          requestBody: {
            content: {
              'application/json': { schema: { type: 'object', properties: { n: { type: 'integer', minimum: 0 } } } },
            },
          },
          responses: { 201: { description: 'made' } },
        },
      },
    },
  } as unknown as OpenApi;
  assert.deepEqual(documentFaults(bad), [
    'openapi is 3.0.3',
    'info needs a title and a version',
    'GET /thing/{id}: has no summary',
    'GET /thing/{id}: has the tag other, which nothing describes',
    'GET /thing/{id}: never succeeds',
    'GET /thing/{id}: names other path parameters than its path',
    'POST /thing/{id}: id has no maxLength',
    'POST /thing/{id}: body.n has no maximum',
  ]);
  const nested = { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } };
  assert.deepEqual(boundFaults(nested, 'list'), ['list has no maxItems', 'list[] has no maxLength']);
});
