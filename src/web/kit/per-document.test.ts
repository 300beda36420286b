import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html } from '../../lib/html.ts';
import { markupPerDocument, perDocument } from './per-document.ts';

test('what is asked for again is made once; another document is another key, whatever is in it', () => {
  let made = 0;
  const render = markupPerDocument((document: { title: string }) => html`<b>${document.title} ${++made}</b>`);
  const document = { title: '<a>' };
  assert.equal(String(render(document)), '<b>&lt;a&gt; 1</b>');
  assert.equal(render(document), render(document));
  assert.equal(String(render({ title: '<a>' })), '<b>&lt;a&gt; 2</b>');
});

test('a walk through a large catalogue pushes out what nobody asks for, and keeps what is asked for all the time', () => {
  let made = 0;
  const count = perDocument((document: { id: number }) => ({ id: document.id, made: ++made }));
  const popular = { id: -1 };
  const forgotten = { id: -2 };
  count(popular);
  count(forgotten);
  for (let id = 0; id < 20_000; id++) {
    count({ id });
    count(popular);
  }
  assert.equal(count(popular).made, 1);
  assert.ok(count(forgotten).made > 2);
});
