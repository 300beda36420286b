// Settings come from the environment, are read once, and every bad one is named at once.
import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';

export type Config = {
  host: string;
  port: number;
  opsPort: number;
  /** undefined: PORT + 1, or another free one that is then kept in the data directory. */
  sandboxPort: number | undefined;
  /** How the shop is reached from outside, without a slash at its end. */
  origin: string;
  dataDirectory: string;
  /** undefined: PostgreSQL of our own, inside the data directory. */
  databaseUrl: string | undefined;
  /** auto: on when the database is new and our own. */
  demo: 'auto' | 'on' | 'off';
  smtpUrl: string | undefined;
  /** OpenSearch, with user and password; undefined: each web process searches in its own memory. */
  searchUrl: string | undefined;
  /** Threads of each web process that search; with 0 the thread that answers requests does. */
  searchThreads: number;
  /** Proxies whose X-Forwarded-For is believed, as addresses, networks or `loopback`, with commas. */
  trustedProxies: string | undefined;
  logLevel: LogLevel;
};
export type ConfigOutcome = { kind: 'good'; config: Config } | { kind: 'bad'; problems: string[] };

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];
const DEMO_SETTINGS = ['auto', 'on', 'off'] as const;
const DEFAULT_PORT = 3000;
const MAX_SEARCH_THREADS = 64;
const MOST_SEARCH_THREADS_UNASKED = 8;
const DEFAULT_OPS_PORT = 9464;

export function readConfig(env: NodeJS.ProcessEnv): ConfigOutcome {
  const problems: string[] = [];
  const given = (name: string) => env[name]?.trim() || undefined;
  const bad = (name: string, needs: string) => {
    problems.push(`${name} ${needs}, not "${given(name)}".`);
  };

  function port(name: string): number | undefined {
    const text = given(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (value < 1 || value > 65_535) bad(name, 'must be a port, 1 to 65535');
    return value;
  }

  function wholeNumber(name: string, most: number): number | undefined {
    const text = given(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,5}$/.test(text) ? Number(text) : most + 1;
    if (value > most) bad(name, `must be a whole number, 0 to ${most}`);
    return value;
  }

  function oneOf<const Choice extends string>(name: string, choices: readonly Choice[], otherwise: Choice): Choice {
    const text = given(name);
    if (text === undefined) return otherwise;
    const found = choices.find((choice) => choice === text.toLowerCase());
    if (!found) bad(name, `must be one of ${choices.join(', ')}`);
    return found ?? otherwise;
  }

  function url(name: string, protocols: string[]): string | undefined {
    const text = given(name);
    if (text === undefined) return undefined;
    // Its text may carry a password, so it is not repeated.
    const isGood =
      protocols.includes(text.split('://')[0] ?? '') &&
      (URL.canParse(text) || URL.canParse(text.replace('@/', '@host/')));
    if (!isGood)
      problems.push(
        `${name} must be an address that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}.`,
      );
    return text;
  }

  function proxies(name: string): string | undefined {
    const text = given(name);
    if (text?.split(',').some((one) => !isNetwork(one.trim())))
      bad(name, 'must be addresses, networks or "loopback", with commas');
    return text;
  }

  const host = given('HOST') ?? '127.0.0.1';
  if (isIP(host) === 0 && !/^[a-z0-9.-]{1,253}$/i.test(host)) bad('HOST', 'must be an IP address or a host name');
  const config: Config = {
    host,
    port: port('PORT') ?? DEFAULT_PORT,
    opsPort: port('OPS_PORT') ?? DEFAULT_OPS_PORT,
    sandboxPort: port('SANDBOX_PORT'),
    origin: '',
    dataDirectory: resolve(given('SOUK_DATA') ?? 'data'),
    databaseUrl: url('DATABASE_URL', ['postgres', 'postgresql']),
    demo: oneOf('SOUK_DEMO', DEMO_SETTINGS, 'auto'),
    smtpUrl: url('SMTP_URL', ['smtp', 'smtps']),
    searchUrl: url('SEARCH_URL', ['http', 'https']),
    searchThreads: wholeNumber('SEARCH_THREADS', MAX_SEARCH_THREADS) ?? defaultSearchThreads(),
    trustedProxies: proxies('SOUK_TRUST_PROXY'),
    logLevel: oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
  };
  const origin = url('SOUK_ORIGIN', ['http', 'https']) ?? defaultOrigin(config.host, config.port);
  if (URL.canParse(origin)) {
    config.origin = new URL(origin).origin;
    if (new URL(origin).href !== `${config.origin}/`)
      bad('SOUK_ORIGIN', 'must be scheme, host and port alone, like https://shop.example');
  }
  problems.push(...samePorts(config));
  return problems.length > 0 ? { kind: 'bad', problems } : { kind: 'good', config };
}

/** The environment from which `readConfig` reads exactly this; how a process hands its settings to its children. */
export function configEnvironment(config: Config): Record<string, string> {
  return {
    HOST: config.host,
    PORT: String(config.port),
    OPS_PORT: String(config.opsPort),
    SANDBOX_PORT: config.sandboxPort === undefined ? '' : String(config.sandboxPort),
    SOUK_ORIGIN: config.origin,
    SOUK_DATA: config.dataDirectory,
    DATABASE_URL: config.databaseUrl ?? '',
    SOUK_DEMO: config.demo,
    SMTP_URL: config.smtpUrl ?? '',
    SEARCH_URL: config.searchUrl ?? '',
    SEARCH_THREADS: String(config.searchThreads),
    SOUK_TRUST_PROXY: config.trustedProxies ?? '',
    LOG_LEVEL: config.logLevel,
  };
}

export function secretsFile(dataDirectory: string): string {
  return join(dataDirectory, 'secrets.json');
}

export function picturesDirectory(config: Config): string {
  return join(config.dataDirectory, 'pictures');
}

/** The operator's own, or else the one that comes with the shop. */
export function synonymFiles(config: Config): string[] {
  return [join(config.dataDirectory, 'synonyms.txt'), join(import.meta.dirname, '../assets/synonyms.txt')];
}

/**
 * One core is left for requests, but not one of two: a search of a million products costs more there than the request around it,
 * and two threads answer 1.2 times as many as one.
 */
function defaultSearchThreads(): number {
  const cores = availableParallelism();
  return cores === 2 ? 2 : Math.min(cores - 1, MOST_SEARCH_THREADS_UNASKED);
}

function defaultOrigin(host: string, port: number): string {
  // "All addresses" is none that a browser can open.
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : isIP(host) === 6 ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0) return text === 'loopback';
  return (
    more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)))
  );
}

function samePorts(config: Config): string[] {
  const ports = [
    ['PORT', config.port],
    ['OPS_PORT', config.opsPort],
    ['SANDBOX_PORT', config.sandboxPort],
  ] as const;
  return ports.flatMap(([name, port], index) =>
    ports
      .slice(index + 1)
      .flatMap(([other, otherPort]) =>
        port !== undefined && port > 0 && port === otherPort ? [`${name} and ${other} are both ${port}.`] : [],
      ),
  );
}
