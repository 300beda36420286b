// What each word of a query is taken for: asked for, binding, counting, denying, unfinished, misspelt or right as it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testQuery } from '../test-documents.ts';
import { shopOf, titlesFor } from '../test-engine-shop.ts';
import { teach } from './knowledge.ts';
import { searchProducts } from './search.ts';

test('a whole word is not stretched to others that begin so', () => {
  const state = shopOf(
    { title: 'Yoga mat' },
    { title: 'Yoga for what matters' },
    { title: 'Matte lipstick' },
    { title: 'Running shoes' },
    { title: 'Vocal microphone' },
    { title: 'Microwave' },
  );
  assert.deepEqual(titlesFor(state, 'yoga mat')[0], 'Yoga mat');
  assert.equal(searchProducts(state, testQuery('yoga mat')).fitting, 1);
  assert.deepEqual(titlesFor(state, 'mats'), ['Yoga mat']);
  // Alone, what no product has is the beginning of something; beside a word of which nothing is known it may be anything.
  assert.deepEqual([titlesFor(state, 'sho'), titlesFor(state, 'running sho')], [['Running shoes'], ['Running shoes']]);
  assert.deepEqual(titlesFor(state, 'pilates sho'), []);
  teach(state.knowledge, { synonyms: 'mic, microphone' });
  assert.deepEqual(titlesFor(state, 'mic'), ['Vocal microphone']);
});

test('words that only hang the others together are not asked for', () => {
  const state = shopOf(
    { title: 'Dry dog food' },
    { title: 'My slow loaf: what to bake' },
    { title: 'Cedar bread: a history' },
    { title: 'The Who: live' },
  );
  assert.deepEqual(titlesFor(state, 'something for my dog'), ['Dry dog food']);
  assert.deepEqual(titlesFor(state, 'what to buy for a dog'), ['Dry dog food']);
  assert.deepEqual(titlesFor(state, 'history about bread'), ['Cedar bread: a history']);
  assert.deepEqual(titlesFor(state, 'the who'), ['The Who: live']);
});

test('small numbers are found in words and in digits', () => {
  const state = shopOf(
    { title: 'Trail tent, 2-person' },
    { title: 'Trail tent, four-person' },
    { title: 'Phone 2' },
    { title: 'Kettle 2 L' },
    { title: 'Two phone covers' },
  );
  assert.deepEqual(titlesFor(state, 'two person tent')[0], 'Trail tent, 2-person');
  assert.deepEqual(titlesFor(state, '4 person tent')[0], 'Trail tent, four-person');
  assert.equal(searchProducts(state, testQuery('phone 2')).fitting, 1);
  assert.deepEqual(titlesFor(state, 'two litre kettle'), ['Kettle 2 L']);
});

test('what a thing is wanted without is not asked for, and whoever has it comes last', () => {
  const state = shopOf(
    { title: 'Headphones with microphone' },
    { title: 'Headphones' },
    { title: 'Headphones, no microphone' },
    { title: 'Microphone' },
  );
  const result = searchProducts(state, testQuery('headphones without microphone'));
  assert.deepEqual(
    result.items.map(({ title }) => title),
    ['Headphones, no microphone', 'Headphones', 'Headphones with microphone'],
  );
  assert.equal(titlesFor(state, 'headphones with microphone')[0], 'Headphones with microphone');
});

test('a word made of one of this shop, or known to the operator, is no slip', () => {
  const state = shopOf(
    { title: 'Green sweater' },
    { title: 'Sofa with 2 seats' },
    { title: 'What matters' },
    { title: 'Gravy' },
    { title: 'Scanner to scan with' },
  );
  teach(state.knowledge, { synonyms: 'grey, gray' });
  const corrected = (term: string) => searchProducts(state, testQuery(term)).correctedTerm;
  assert.deepEqual(['2 seater', 'mattress', 'gray sofa', 'sweter', 'scaner'].map(corrected), [
    null,
    null,
    null,
    'sweater',
    'scanner',
  ]);
});

test('what is in a category of two things is either', () => {
  const shelf = (name: string, title: string) =>
    Array.from({ length: 3 }, (_, at) => ({ title: `${title} ${at}`, category: [name] }));
  const state = shopOf(
    ...shelf('Shirts & Blouses', 'Linen shirt'),
    ...shelf('T-Shirts', 'Linen T-shirt'),
    ...shelf('Bath & Room Thermometers', 'Bath duck thermometer'),
    { title: 'Baby bath', category: ['Baths'] },
  );
  assert.match(titlesFor(state, 'blouse')[0] as string, /^Linen shirt/);
  assert.equal(titlesFor(state, 'bath')[0], 'Baby bath');
});
