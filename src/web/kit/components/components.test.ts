import assert from 'node:assert/strict';
import { test } from 'node:test';
import { breadcrumbList } from './breadcrumbs.ts';
import { textField } from './field.ts';
import { pageNumbers, pagination } from './pagination.ts';
import { scaledSize } from './picture.ts';
import { ratingOf, stars } from './stars.ts';
import { stepsAhead } from './timeline.ts';

test('page numbers: the ends, the present page and its neighbours, with a gap only where it saves room', () => {
  assert.deepEqual(pageNumbers(1, 1), [1]);
  assert.deepEqual(pageNumbers(1, 3), [1, 2, 3]);
  assert.deepEqual(pageNumbers(1, 10), [1, 2, null, 10]);
  assert.deepEqual(pageNumbers(4, 10), [1, 2, 3, 4, 5, null, 10]);
  assert.deepEqual(pageNumbers(5, 10), [1, null, 4, 5, 6, null, 10]);
  assert.deepEqual(pageNumbers(10, 10), [1, null, 9, 10]);
  assert.deepEqual(pageNumbers(500_000, 1_000_000), [1, null, 499_999, 500_000, 500_001, null, 1_000_000]);
});

test('a page beyond the last shows the way back and no further', () => {
  assert.deepEqual(pageNumbers(40, 3), [1, 2, 3]);
  const markup = String(pagination({ page: 3, size: 10, total: 30 }, (page) => `?page=${page}`, 'Pages'));
  assert.match(markup, /rel="prev" href="\?page=2"/);
  assert.doesNotMatch(markup, /rel="next"/);
  assert.equal(String(pagination({ page: 1, size: 10, total: 10 }, () => '', 'Pages')), '');
});

test('the mean of ratings has one decimal, and none is no division by zero', () => {
  assert.deepEqual(ratingOf([10, 12, 40, 250, 500]), { average: 4.5, count: 812 });
  assert.deepEqual(ratingOf([0, 0, 0, 0, 0]), { average: 0, count: 0 });
  assert.match(String(stars(4.4)), /stars-9.*4\.4 out of 5/);
});

test('a picture keeps its proportions, down to a line', () => {
  assert.deepEqual(scaledSize({ pictureId: 'a', width: 1200, height: 800, alt: '' }, 640), { width: 640, height: 427 });
  assert.deepEqual(scaledSize({ pictureId: 'a', width: 9000, height: 1, alt: '' }, 320), { width: 320, height: 1 });
});

test('a field says what is wrong beside it and is tied to its hint and error', () => {
  const markup = String(
    textField({
      name: 'paymentDetails.shippingAddress.city',
      label: 'City',
      hint: 'Or village.',
      value: '"<b>',
      errors: [{ pointer: '/paymentDetails/shippingAddress/city', message: 'is required' }],
    }),
  );
  assert.match(markup, /<label for="field-paymentDetails-shippingAddress-city">City/);
  assert.match(markup, /aria-describedby="(field-[\w-]+)-hint \1-error" aria-invalid="true" value="&quot;&lt;b&gt;"/);
  assert.match(markup, /id="[\w-]+-error">is required</);
});

test('an order that left the way of parcels has no steps ahead', () => {
  assert.deepEqual(stepsAhead('packed'), ['shipped', 'out_for_delivery', 'delivered']);
  assert.deepEqual(stepsAhead('delivered'), []);
  assert.deepEqual(stepsAhead('cancelled'), []);
});

test('breadcrumbs as search engines read them', () => {
  const list = breadcrumbList([{ text: 'All', href: '/search' }, { text: 'Lamp' }], 'https://shop.example');
  assert.deepEqual(Reflect.get(list, 'itemListElement'), [
    { '@type': 'ListItem', position: 1, name: 'All', item: 'https://shop.example/search' },
    { '@type': 'ListItem', position: 2, name: 'Lamp' },
  ]);
});
