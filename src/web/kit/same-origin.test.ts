import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameOrigin } from './same-origin.ts';

const HOST = 'shop.example';
const cases: [name: string, method: string, headers: Record<string, string>, same: boolean][] = [
  ['reading', 'GET', { 'sec-fetch-site': 'cross-site' }, true],
  ['our own form', 'POST', { 'sec-fetch-site': 'same-origin', origin: 'https://shop.example' }, true],
  ['typed by hand', 'POST', { 'sec-fetch-site': 'none' }, true],
  ['another site', 'POST', { 'sec-fetch-site': 'cross-site', origin: 'https://shop.example' }, false],
  ['a sister of ours', 'POST', { 'sec-fetch-site': 'same-site' }, false],
  ['an old browser, our form', 'POST', { origin: 'https://shop.example' }, true],
  [
    'an old browser, under another name of ours',
    'POST',
    { origin: 'http://10.0.0.7:3000', host: '10.0.0.7:3000' },
    true,
  ],
  ['an old browser, another site', 'DELETE', { origin: 'https://evil.example', host: HOST }, false],
  ['an old browser, a sandboxed frame', 'PUT', { origin: 'null' }, false],
  ['no browser', 'POST', {}, true],
  ['another site with a bearer token', 'PATCH', { 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' }, true],
  ['another site with other credentials', 'PATCH', { 'sec-fetch-site': 'cross-site', authorization: 'Basic x' }, false],
];

for (const [name, method, headers, same] of cases) {
  test(`${method} from ${name}: ${same ? 'goes on' : 'is refused'}`, () => {
    assert.equal(isSameOrigin({ method, headers }, HOST), same);
  });
}
