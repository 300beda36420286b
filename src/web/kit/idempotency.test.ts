import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { Type } from 'typebox';
import { openTestServer, signInSomebody } from '../../checks/test-server.ts';
import { problem } from '../../lib/problem.ts';
import { requireCaller } from './caller.ts';
import { purgeIdempotency } from './idempotency.ts';

async function open(t: TestContext) {
  const server = await openTestServer(t);
  const { app } = server;
  const runs: string[] = [];
  const gate = { wait: Promise.resolve(), fault: undefined as Error | undefined };
  const body = Type.Object({ what: Type.String() }, { additionalProperties: false });
  app.post('/things', { schema: { body, response: { 201: body } } }, async (request, reply) => {
    requireCaller(request);
    runs.push(request.body.what);
    await gate.wait;
    if (gate.fault) throw gate.fault;
    return reply.code(201).header('location', `/things/${runs.length}`).header('x-other', '1').send(request.body);
  });
  app.post('/nothing', async (request, reply) => {
    runs.push(requireCaller(request).name);
    return reply.code(204).send();
  });
  app.post('/secret', { config: { unrecorded: true } }, () => ({ run: runs.push('secret') }));
  app.post('/stream', (_request, reply) => {
    runs.push('stream');
    return reply.type('text/event-stream').send(Readable.from(['data: 1\n\n']));
  });
  const { bearer } = await signInSomebody(server);
  const post = (key: string, payload: object = { what: 'x' }, url = '/things', headers: object = bearer) =>
    app.inject({ method: 'POST', url, payload, headers: { ...headers, 'idempotency-key': key } });
  return { ...server, runs, gate, post, bearer };
}

test('the same again gets the first answer and runs nothing', async (t) => {
  const { post, runs } = await open(t);
  const first = await post('k1');
  const second = await post('k1');
  assert.deepEqual(runs, ['x']);
  for (const answer of [first, second]) {
    assert.equal(answer.statusCode, 201);
    assert.deepEqual(answer.json(), { what: 'x' });
    assert.equal(answer.headers.location, '/things/1');
    assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  }
  assert.equal(first.headers['idempotency-replayed'], undefined);
  assert.equal(second.headers['idempotency-replayed'], 'true');
  assert.equal(second.headers['x-other'], undefined);
  assert.notEqual(second.headers['x-request-id'], first.headers['x-request-id']);
});

test('an answer without a body, and one that says no, are replayed too', async (t) => {
  const { post, runs, gate } = await open(t);
  assert.equal((await post('empty', {}, '/nothing')).statusCode, 204);
  const again = await post('empty', {}, '/nothing');
  assert.deepEqual([again.statusCode, again.body, again.headers['idempotency-replayed']], [204, '', 'true']);
  gate.fault = problem('sold-out', { productId: '7' });
  const refused = await post('no');
  gate.fault = undefined;
  const replayed = await post('no');
  assert.equal(replayed.headers['idempotency-replayed'], 'true');
  assert.deepEqual([replayed.statusCode, replayed.body], [409, refused.body]);
  assert.match(String(replayed.headers['content-type']), /^application\/problem\+json/);
  assert.equal(runs.length, 2);
});

test('of 20 at once with one key one runs; the others hear that it runs, or its answer', async (t) => {
  const { post, runs, gate } = await open(t);
  const opened = Promise.withResolvers<void>();
  gate.wait = opened.promise;
  const sent = Array.from({ length: 20 }, () => post('k'));
  setTimeout(opened.resolve, 150);
  const answers = await Promise.all(sent);
  assert.deepEqual(runs, ['x']);
  const created = answers.filter((answer) => answer.statusCode === 201);
  const running = answers.filter((answer) => answer.statusCode === 409);
  assert.equal(created.length + running.length, 20);
  assert.equal(created.filter((answer) => !answer.headers['idempotency-replayed']).length, 1);
  assert.ok(running.length > 0);
  for (const answer of running)
    assert.deepEqual([answer.json().type, answer.headers['retry-after']], ['/problems/request-in-progress', '1']);
  assert.equal((await post('k')).headers['idempotency-replayed'], 'true');
});

test('a key belongs to one request of one user', async (t) => {
  const server = await open(t);
  const { post, runs } = server;
  await post('k');
  const other = await post('k', { what: 'y' });
  assert.deepEqual([other.statusCode, other.json().type], [422, '/problems/idempotency-key-reused']);
  assert.equal((await post('k', { what: 'x' }, '/nothing')).json().type, '/problems/idempotency-key-reused');
  const somebody = await signInSomebody(server);
  assert.equal((await post('k', { what: 'y' }, '/things', somebody.bearer)).statusCode, 201);
  assert.deepEqual(runs, ['x', 'y']);
});

test('what was refused before it ran leaves its key free', async (t) => {
  const { post, runs } = await open(t);
  assert.equal((await post('k', { wat: 'x' })).statusCode, 422);
  assert.equal((await post('k', { what: 'x' })).statusCode, 201);
  assert.equal((await post('', { what: 'x' })).statusCode, 422);
  const long = await post('k'.repeat(256));
  assert.equal(long.json().errors[0].pointer, '/headers/idempotency-key');
  assert.equal((await post('k'.repeat(255))).statusCode, 201);
  assert.deepEqual(runs, ['x', 'x']);
});

test('a fault is not an answer: the same key runs again', async (t) => {
  const { post, runs, gate } = await open(t);
  gate.fault = new Error('broken');
  assert.equal((await post('k')).statusCode, 500);
  gate.fault = problem('overloaded', { retryAfterSeconds: 1 });
  assert.equal((await post('k')).statusCode, 503);
  gate.fault = undefined;
  assert.equal((await post('k')).statusCode, 201);
  assert.equal(runs.length, 3);
});

test('a run that died with its node is taken over once its lock is out, by one of many', async (t) => {
  const { post, runs, db } = await open(t);
  await post('k');
  const died = (until: string) =>
    db.script(`update idempotency_record set state = 'running', status = null, headers = null, body = null,
               locked_until = now() + interval '${until}'`);
  await died('5 seconds');
  assert.equal((await post('k')).statusCode, 409);
  await died('-1 second');
  assert.equal((await post('k', { what: 'y' })).json().type, '/problems/idempotency-key-reused');
  const answers = await Promise.all(Array.from({ length: 10 }, () => post('k')));
  assert.equal(
    answers.filter((answer) => answer.statusCode === 201 && !answer.headers['idempotency-replayed']).length,
    1,
  );
  assert.deepEqual(runs, ['x', 'x']);
});

test('a run that was taken over does not overwrite the answer of the one that took over', async (t) => {
  const { post, db, gate } = await open(t);
  const opened = Promise.withResolvers<void>();
  gate.wait = opened.promise;
  const slow = post('k');
  await new Promise((resolve) => setTimeout(resolve, 100));
  await db.script(`update idempotency_record set locked_until = now() - interval '1 second'`);
  gate.wait = Promise.resolve();
  const second = await post('k');
  opened.resolve();
  await slow;
  assert.equal((await post('k')).headers.location, second.headers.location);
});

test('secrets and streams are never kept, and strangers have no keys', async (t) => {
  const { post, runs, app } = await open(t);
  await post('k', {}, '/secret');
  assert.deepEqual((await post('k', {}, '/secret')).json(), { run: 2 });
  assert.equal((await post('s', {}, '/stream')).body, 'data: 1\n\n');
  assert.equal((await post('s', {}, '/stream')).headers['idempotency-replayed'], undefined);
  assert.equal(runs.length, 4);
  const payload = { what: 'x' };
  const stranger = await app.inject({ method: 'POST', url: '/things', payload, headers: { 'idempotency-key': 'k' } });
  assert.equal(stranger.statusCode, 401);
});

test('answers are forgotten after two days', async (t) => {
  const { post, db, runs } = await open(t);
  await post('old');
  await db.script(`update idempotency_record set created_at = now() - interval '49 hours'`);
  await post('new');
  assert.equal(await purgeIdempotency(db), 1);
  await post('old');
  await post('new');
  assert.equal(runs.length, 3);
});
