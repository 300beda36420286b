import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../lib/html.ts';
import { respond, wantsPage } from './negotiate.ts';

const CHROME =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

const cases: [accept: string | undefined, page: boolean][] = [
  [undefined, false],
  ['', false],
  ['*/*', false],
  ['application/json', false],
  ['application/json, text/plain, */*', false],
  ['text/event-stream', false],
  [CHROME, true],
  ['text/html', true],
  ['TEXT/HTML', false], // nobody sends it; the cheap test comes first
  ['text/html, */*', true],
  ['text/html, application/json', true],
  ['application/json, text/html', false],
  ['text/html;q=0.5, application/json', false],
  ['text/html;q=0.5, */*', false],
  ['text/html;q=0', false],
  ['text/html;q=nonsense, application/json;q=0.1', false],
  ['text/html;level=1;q=0.9, application/json;q=0.8', true],
];

for (const [accept, page] of cases) {
  test(`Accept: ${accept} gets ${page ? 'the page' : 'JSON'}`, () => {
    assert.equal(wantsPage({ headers: accept === undefined ? {} : { accept } }), page);
  });
}

test('only the representation that was asked for is made', () => {
  const headers: Record<string, string> = {};
  const reply = {
    header: (name: string, value: string) => {
      headers[name] = value;
    },
    type: (contentType: string) => {
      headers['content-type'] = contentType;
    },
  };
  const never = () => assert.fail('the other representation was made');
  assert.deepEqual(respond({ headers: {} }, reply, { json: () => ({ a: 1 }), page: never }), { a: 1 });
  assert.deepEqual(headers, { vary: 'accept' });
  const page = respond({ headers: { accept: 'text/html' } }, reply, { json: never, page: () => html`<p>${'<'}</p>` });
  assert.equal(page, '<p>&lt;</p>');
  assert.deepEqual(headers, { vary: 'accept', 'content-type': 'text/html; charset=utf-8' });
});
