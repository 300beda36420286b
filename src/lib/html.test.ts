import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, jsonInHtml, queryString, raw } from './html.ts';

test('what comes from outside is escaped, in text and in attributes', () => {
  const hostile = `"><script>alert('1')</script>&`;
  assert.equal(
    String(html`<p title="${hostile}">${[hostile, html`<b>${1}</b>`, null, false]}</p>`),
    '<p title="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;">&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;<b>1</b></p>',
  );
  assert.equal(String(html`${raw('<hr>')}`), '<hr>');
});

test('JSON in a script element cannot end it, and reads back the same', () => {
  const value = { name: '</script><!-- <script>', other: '\u2028' };
  const text = String(jsonInHtml(value));
  assert.ok(!text.includes('<'));
  assert.deepEqual(JSON.parse(text), value);
});

test('a query leaves out what has no value and repeats lists', () => {
  assert.equal(
    queryString({ term: 'a&b', brand: ['x', 'y'], page: undefined, none: [], empty: '' }),
    '?term=a%26b&brand=x&brand=y',
  );
  assert.equal(queryString({}), '');
});
