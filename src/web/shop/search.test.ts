import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { openTestShop, type TestShop } from '../../checks/test-shop.ts';
import { until } from '../../sandbox/test-sandbox.ts';
import { ResultSchema } from './search-json.ts';

const PAGE = { accept: 'text/html' };
const LONG_TERM_BYTES = 10 * 1024;

describe('searching', () => {
  let open: TestShop;
  const closers: (() => unknown)[] = [];
  const get = (url: string, headers: Record<string, string> = {}) => open.app.inject({ url, headers });
  const searchFor = (term: string, more = '') => `/search/?term=${encodeURIComponent(term)}${more}`;

  before(async () => {
    open = await openTestShop({ after: (close: () => unknown) => closers.push(close) } as never);
  });
  after(async () => {
    for (const close of closers.reverse()) await close();
  });

  test('the JSON is what its schema says, and says what was made of the term', async () => {
    const { title } = (await open.shop.replica.product(open.productId)) ?? { title: '' };
    for (const term of ['', title, `${title} under 1`, `${title} xqzxqz`, 'xqzxqz']) {
      const answer = await get(searchFor(term));
      assert.equal(answer.statusCode, 200);
      assert.deepEqual(Value.Errors(ResultSchema, answer.json()), []);
    }
    const { readAsPrice, unknownWords } = (await get(searchFor(`${title} xqzxqz under 90000`))).json();
    assert.deepEqual([readAsPrice, unknownWords], [{ text: 'under 90000', max: 9_000_000 }, ['xqzxqz']]);
  });

  test('the page says what it searched instead and links to the term as typed', async () => {
    const { title = '' } = (await open.shop.replica.product(open.productId)) ?? {};
    const page = (await get(searchFor(`${title} under 90000`), PAGE)).body;
    assert.match(page, /“under 90000” is read as a price/);
    assert.match(page, /exact=true/);
    const dear = (await get(searchFor(`${title} under 1`), PAGE)).body;
    assert.match(dear, /1 product has all the words, and none at this price: <a href="\/search\?term=[^"&]*">show it/);
    const near = (await get(searchFor(`${title} $90000`), PAGE)).body;
    assert.match(near, /“\$90000” is read as a price, and nothing costs about that/);
    assert.match((await get(searchFor(`${title} xqzxqz`), PAGE)).body, /Nothing here is called “xqzxqz”/);
    assert.doesNotMatch((await get(searchFor('xqzxqz'), PAGE)).body, /the other words were searched/);
    const long = title.split(' ').reduce((one, other) => (other.length > one.length ? other : one));
    const misspelt = long.slice(0, 3) + long.slice(2);
    const corrected = (await get(searchFor(`${misspelt} under 90000`), PAGE)).body;
    assert.match(
      corrected,
      new RegExp(`Showing results for <a href="[^"]*term=${long.toLowerCase()}\\+under\\+90000"`),
    );
  });

  test('every price range that the JSON names can be asked for as it is', async () => {
    const { total, facets } = (await get('/search')).json();
    let found = 0;
    for (const { min, max, count } of [...facets.price, { min: 0, max: Number.MAX_SAFE_INTEGER, count: total }]) {
      const answer = await get(`/search?min_price=${min}&max_price=${max}`);
      assert.equal(answer.json().total, count);
      found += count;
    }
    assert.equal(found, 2 * total);
  });

  test('why is for operators only', async () => {
    const url = searchFor('lamp', '&explain=true');
    assert.equal((await get(url)).statusCode, 401);
    assert.equal((await get(url, open.people.buyer.bearer)).statusCode, 403);
    const answer = await get(url, open.people.operator.bearer);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.json().explanation.text, 'lamp');
    assert.equal((await get(searchFor('lamp'))).json().explanation, undefined);
    const { title = '' } = (await open.shop.replica.product(open.productId)) ?? {};
    const page = await get(searchFor(title, '&explain=true'), { ...open.people.operator.bearer, ...PAGE });
    assert.match(page.body, /Why these results.*the thing itself.*Sum of.*words \d/s);
    assert.doesNotMatch((await get(searchFor(title), PAGE)).body, /Why these results/);
  });

  test('searches and what is opened from them reach the operator, without who it was', async () => {
    const { title = '' } = (await open.shop.replica.product(open.productId)) ?? {};
    await get(searchFor('a very seldom thing'));
    for (const term of [`${title} zqzqzq`, 'zqzqzq']) await get(searchFor(term));
    await get(`/product/${open.productId}`, { referer: `${open.shop.publicOrigin}/search?term=a+very+seldom+thing` });
    assert.equal((await get('/operator/search', open.people.buyer.bearer)).statusCode, 403);
    type Row = { term: string; clicks: number; favouriteId: string | null };
    const rowOf = async () => {
      const { top } = (await get('/operator/search', open.people.operator.bearer)).json();
      return top.find((row: Row) => row.term === 'a very seldom thing') as Row | undefined;
    };
    await until(async () => (await rowOf())?.clicks === 1, 5_000);
    assert.equal((await rowOf())?.favouriteId, String(open.productId));
    const page = await get('/operator/search', { ...open.people.operator.bearer, ...PAGE });
    assert.match(page.body, /a very seldom thing/);
    const { withoutResults, nearOnly } = (await get('/operator/search', open.people.operator.bearer)).json();
    const has = (list: Row[], term: string) => list.some((row) => row.term === term);
    assert.deepEqual(
      [has(withoutResults, 'zqzqzq'), has(withoutResults, `${title} zqzqzq`.toLowerCase())],
      [true, false],
    );
    assert.equal(has(nearOnly, `${title} zqzqzq`.toLowerCase()), true);
  });

  test('no term makes an error page', async () => {
    const odd = [
      '"'.repeat(500),
      'k'.repeat(10_240),
      'a\0b',
      'AND OR NOT ( " *',
      'x',
      '充电器',
      'شاحن',
      '%',
      '<script>',
    ];
    for (const term of odd) assert.equal((await get(searchFor(term), PAGE)).statusCode, 200, term.slice(0, 20));
    const { title = '' } = (await open.shop.replica.product(open.productId)) ?? {};
    for (const address of ['/search', '/search/suggest']) {
      for (const bytes of ['%00', '%FF%FE', '%ED%A0%80', '%', 'lamp&term=oak', '%F0%9F%98'.repeat(500)]) {
        assert.equal((await get(`${address}?term=${bytes}`)).statusCode, 200, bytes.slice(0, 20));
      }
    }
    const { total } = (await get(searchFor(title))).json();
    assert.equal((await get(`${searchFor(title)}%FF%00`)).json().total, total);
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }).map((one) => one.toWellFormed()),
    );
    await fc.assert(
      fc.asyncProperty(text, async (term) => {
        for (const headers of [PAGE, {}]) assert.equal((await get(searchFor(term), headers)).statusCode, 200);
      }),
      { numRuns: 100 },
    );
  });

  test('a long term of any script is searched over HTTP, as a page and as JSON', async () => {
    const address = await open.app.listen({ host: '127.0.0.1', port: 0 });
    const bytesOf = (term: string) => Buffer.byteLength(term);
    const terms = ['充电器 ', 'شاحن لاسلكي ', '😀k', 'lamp '].map((word) =>
      word.repeat(Math.ceil(LONG_TERM_BYTES / bytesOf(word))),
    );
    for (const term of terms) {
      for (const accept of ['application/json', PAGE.accept]) {
        const answer = await fetch(`${address}${searchFor(term)}`, { headers: { accept } });
        assert.equal(answer.status, 200, `${accept} ${term.slice(0, 10)}`);
        await answer.arrayBuffer();
      }
      assert.equal((await fetch(`${address}/search/suggest?term=${encodeURIComponent(term)}`)).status, 200);
    }
    // As long as an address gets through at all, it is searched.
    const statuses = new Set<number>();
    for (let kilobytes = 8; kilobytes <= 64; kilobytes += 4)
      statuses.add((await fetch(`${address}/search?term=${'k'.repeat(kilobytes * 1024)}`)).status);
    assert.deepEqual([...statuses], [200, 431]);
  });
});
