import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { type Config, configEnvironment, readConfig } from './config.ts';

function good(env: NodeJS.ProcessEnv): Config {
  const outcome = readConfig(env);
  assert.ok(outcome.kind === 'good', JSON.stringify(outcome));
  return outcome.config;
}

test('an empty environment is a shop on this machine', () => {
  assert.deepEqual(good({ PORT: '', HOST: ' ' }), {
    host: '127.0.0.1',
    port: 3000,
    opsPort: 9464,
    sandboxPort: undefined,
    origin: 'http://127.0.0.1:3000',
    dataDirectory: resolve('data'),
    databaseUrl: undefined,
    demo: 'auto',
    smtpUrl: undefined,
    searchUrl: undefined,
    searchThreads: availableParallelism() === 2 ? 2 : Math.min(availableParallelism() - 1, 8),
    trustedProxies: undefined,
    logLevel: 'info',
  });
});

test('the origin follows host and port unless it is given', () => {
  assert.equal(good({ HOST: '0.0.0.0', PORT: '80' }).origin, 'http://localhost');
  assert.equal(good({ HOST: '::1' }).origin, 'http://[::1]:3000');
  assert.equal(good({ SOUK_ORIGIN: 'https://shop.example/' }).origin, 'https://shop.example');
});

test('every bad variable is named at once, and an address with a password is not repeated', () => {
  const outcome = readConfig({
    PORT: '70000',
    OPS_PORT: 'x',
    HOST: 'not a host',
    DATABASE_URL: 'mysql://me:secret@db/shop',
    SMTP_URL: 'mail',
    SEARCH_URL: 'me:secret@search:9200',
    SEARCH_THREADS: '65',
    SOUK_TRUST_PROXY: 'loopback, 10.0.0.0/33',
    SOUK_DEMO: 'maybe',
    LOG_LEVEL: 'loud',
    SOUK_ORIGIN: 'https://shop.example/souk',
  });
  assert.deepEqual(outcome, {
    kind: 'bad',
    problems: [
      'HOST must be an IP address or a host name, not "not a host".',
      'PORT must be a port, 1 to 65535, not "70000".',
      'OPS_PORT must be a port, 1 to 65535, not "x".',
      'DATABASE_URL must be an address that begins with postgres:// or postgresql://.',
      'SOUK_DEMO must be one of auto, on, off, not "maybe".',
      'SMTP_URL must be an address that begins with smtp:// or smtps://.',
      'SEARCH_URL must be an address that begins with http:// or https://.',
      'SEARCH_THREADS must be a whole number, 0 to 64, not "65".',
      'SOUK_TRUST_PROXY must be addresses, networks or "loopback", with commas, not "loopback, 10.0.0.0/33".',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud".',
      'SOUK_ORIGIN must be scheme, host and port alone, like https://shop.example, not "https://shop.example/souk".',
    ],
  });
});

test('two servers cannot share a port', () => {
  assert.deepEqual(readConfig({ PORT: '9464' }), { kind: 'bad', problems: ['PORT and OPS_PORT are both 9464.'] });
});

test('a socket without a host is an address of PostgreSQL too', () => {
  const url = 'postgresql:///souk?host=%2Ftmp%2Fsocket&port=5432&user=souk';
  assert.equal(good({ DATABASE_URL: url }).databaseUrl, url);
  assert.equal(good({ DATABASE_URL: 'postgres://me@/souk?host=/tmp' }).databaseUrl, 'postgres://me@/souk?host=/tmp');
});

test('children read the settings their parent has', () => {
  const config = good({
    PORT: '4000',
    SANDBOX_PORT: '4001',
    SOUK_TRUST_PROXY: 'loopback, 10.0.0.0/8, fd00::/8',
    DATABASE_URL: 'postgres://me:pw@db/shop',
    SOUK_DEMO: 'off',
    SEARCH_URL: 'https://me:pw@search.example:9200',
  });
  assert.deepEqual(good(configEnvironment(config)), config);
  assert.deepEqual(good(configEnvironment(good({}))), good({}));
});
