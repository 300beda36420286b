// What the command line says before any command does its work.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { configEnvironment, readConfig } from './config.ts';

const MAIN_FILE = join(import.meta.dirname, 'main.ts');

function souk(t: TestContext, ...args: string[]): { status: number | null; out: string; err: string; made: string[] } {
  const data = mkdtempSync(join(tmpdir(), 'souk-main-'));
  t.after(() => rmSync(data, { recursive: true }));
  const env = { ...process.env, DATABASE_URL: '', SOUK_DATA: data, LOG_LEVEL: 'warn' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN_FILE, ...args], { env, encoding: 'utf8' });
  return { status, out: stdout, err: stderr, made: readdirSync(data) };
}

test('the help names every setting', (t) => {
  const { status, out } = souk(t, '--help');
  assert.equal(status, 0);
  const outcome = readConfig({});
  assert.ok(outcome.kind === 'good');
  for (const name of Object.keys(configEnvironment(outcome.config))) assert.match(out, new RegExp(`\\b${name}\\b`));
});

test('a command that only reads makes no shop where there is none', (t) => {
  for (const command of [['audit'], ['audit', '--drop', '1'], ['search', 'lamp']]) {
    const { status, err, made } = souk(t, ...command);
    assert.deepEqual([status, made], [1, []], command.join(' '));
    assert.match(err, /There is no shop in .*SOUK_DATA/);
  }
});

test('a data directory that cannot be made is refused at once', () => {
  for (const directory of ['/proc/souk/data', join(MAIN_FILE, 'data')]) {
    const { status, stderr } = spawnSync(process.execPath, [MAIN_FILE, 'start'], {
      env: { ...process.env, DATABASE_URL: '', SOUK_DATA: directory },
      encoding: 'utf8',
      timeout: 10_000,
    });
    assert.equal(status, 1, directory);
    assert.match(stderr, /\. Souk keeps its data in .*; SOUK_DATA names another directory\.\n/);
  }
});

test('what an option cannot mean is refused with what it can', (t) => {
  const cases: [string[], RegExp][] = [
    [['search', 'lamp', '--size', '0'], /a whole number from 1 to 100/],
    [['rehearse', '--faults', 'web,wbe'], /There is no fault "wbe"\.[\s\S]*kill -9 of the web process/],
    [['import', 'a.csv', '--seller', ' '], /a name of 1 to 100 characters/],
    [['import', 'a.csv', '--pictures', '/nowhere-at-all'], /There is no directory \/nowhere-at-all/],
  ];
  for (const [args, said] of cases) {
    const { status, err, made } = souk(t, ...args);
    assert.deepEqual([status, made], [1, []], args.join(' '));
    assert.match(err, said);
  }
  const list = souk(t, 'rehearse', '--faults', 'help');
  assert.deepEqual([list.status, list.err], [0, '']);
  assert.match(list.out, /provider-stalls/);
});

test('a file that is no statement is refused without guessing what it says', (t) => {
  const { status, out } = souk(t, 'audit', '--verify', MAIN_FILE);
  assert.equal(status, 1);
  assert.match(out, /it is no JSON\n/);
  assert.doesNotMatch(out, /null|Unexpected/);
});
