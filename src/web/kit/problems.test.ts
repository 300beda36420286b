import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBLEMS, type ProblemSlug, problem } from '../../lib/problem.ts';
import { errorSummary } from './components/field.ts';
import { helpForPeople } from './problems.ts';

test('advice on a page says what programs read in fields and headers', () => {
  assert.equal(
    helpForPeople(problem('overloaded', { retryAfterSeconds: 2 })),
    'Your request was not started. Try again after 2 seconds.',
  );
  assert.equal(helpForPeople(problem('too-many-requests', { retryAfterSeconds: 1 })), 'Wait for 1 second.');
  assert.equal(
    helpForPeople(problem('not-open-yet', { opensAt: '2026-11-25T14:03:00.000Z' })),
    'It opens at 25 Nov 2026, 14:03 UTC, by the shop’s clock.',
  );
  assert.match(helpForPeople(problem('purchase-limit', { limit: 3 })), /^A customer can have 3 of it/);
  assert.equal(
    helpForPeople(problem('wrong-state', { state: 'shipped', allowed: ['out_for_delivery', 'delivered'] })),
    'It stands at shipped. What can follow: out for delivery, delivered.',
  );
  assert.match(helpForPeople(problem('wrong-state', { state: 'cancelled', allowed: [] })), /follow: nothing\.$/);
  assert.equal(helpForPeople(problem('sold-out', { detail: 'None `left`.' })), 'None left.');
});

test('no advice on a page talks of headers or shows marks of code', () => {
  for (const slug of Object.keys(PROBLEMS) as ProblemSlug[])
    assert.doesNotMatch(helpForPeople(problem(slug)), /`|Retry-After/, slug);
});

test('advice on a page does not speak to programs', () => {
  const invalid = problem('invalid-input', { errors: [{ pointer: '/query/page', message: 'must be integer' }] });
  assert.equal(helpForPeople(invalid), 'Correct it and try again; nothing was changed.');
  assert.equal(helpForPeople(problem('no-reservation')), 'Press Buy first, then pay.');
  for (const slug of ['method-not-allowed', 'cross-origin'] as const)
    assert.doesNotMatch(helpForPeople(problem(slug)), /header|method|cookie|token|API/, slug);
});

test('a summary of errors calls the fields what the form calls them', () => {
  const errors = ['/paymentDetails/shippingAddress/line1', '/price/decimal', '/postalCode'];
  const summary = String(errorSummary(errors.map((pointer) => ({ pointer, message: 'is required' }))));
  assert.deepEqual(summary.match(/(?<=<li>)[^:]+/g), ['Street and number', 'Price', 'Postal code']);
  assert.match(String(errorSummary([{ pointer: '', message: 'not a picture' }])), /<li>not a picture</);
  assert.match(String(errorSummary([{ pointer: '/query/page', message: 'x' }])), /Please check the address\./);
  assert.match(String(errorSummary([{ pointer: '/title', message: 'x' }])), /Please check the form\./);
});
