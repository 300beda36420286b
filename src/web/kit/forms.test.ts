import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Problem } from '../../lib/problem.ts';
import { isForm, parseForm, parseQuery } from './forms.ts';
import { NOT_UTF8 } from './text-check.ts';

test('dots nest, repeated names are lists, empty fields are not there', () => {
  const form = parseForm(
    'paymentDetails.token=tok_visa&paymentDetails.shippingAddress.city=F%C3%A8s+1&tag=a&tag=&tag=b&note=',
  );
  assert.deepEqual(form, {
    paymentDetails: { token: 'tok_visa', shippingAddress: { city: 'Fès 1' } },
    tag: ['a', 'b'],
  });
  assert.ok(isForm(form));
  assert.ok(!isForm({ ...form }));
  assert.deepEqual(parseForm(''), {});
  assert.deepEqual(parseForm('a=%ff'), { a: `${NOT_UTF8}\uFFFD` });
});

test('names that cannot be are refused by name', () => {
  for (const body of [
    '__proto__.x=1',
    'a.constructor.b=1',
    'prototype=1',
    'a=1&a.b=2',
    'a.b=2&a=1',
    'a.b.c.d.e.f=1',
    'a.=1',
    '.=1',
    `${'x'.repeat(300)}=1`,
    Array.from({ length: 101 }, (_, n) => `f${n}=1`).join('&'),
  ])
    assert.throws(
      () => parseForm(body),
      (error) => error instanceof Problem && error.slug === 'invalid-input',
      body,
    );
  assert.equal(({} as Record<string, unknown>).x, undefined);
});

test('queries: a second question mark before a name separates, any other is itself', () => {
  const plain = (text: string) => ({ ...parseQuery(text) });
  assert.deepEqual(plain('pagination=2?size=10'), { pagination: '2', size: '10' });
  assert.deepEqual(plain('term=really?'), { term: 'really?' });
  assert.deepEqual(plain('term=who?+me'), { term: 'who? me' });
  assert.deepEqual(plain('next=%2Fx%3Fa%3D1'), { next: '/x?a=1' });
  assert.deepEqual(plain('brand=a&brand=b'), { brand: ['a', 'b'] });
  assert.deepEqual(plain('term=%ed%a0%80'), { term: `${NOT_UTF8}\uFFFD\uFFFD\uFFFD` });
  assert.deepEqual(plain(''), {});
});
