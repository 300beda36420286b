// A rehearsal in small, from the command line: its shop, its crowd, a fault, the verdict and the report.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';

const MAIN_FILE = join(import.meta.dirname, '../main.ts');
const TIMEOUT_MS = 240_000;

type Outcome = { code: number; out: string; err: string };

async function souk(
  t: TestContext,
  args: string[],
  settings: Record<string, string> = {},
): Promise<Outcome & { data: string }> {
  const data = await mkdtemp(join(tmpdir(), 'souk-rehearsal-'));
  t.after(() => rm(data, { recursive: true, force: true }));
  const env = { ...process.env, DATABASE_URL: '', SOUK_DATA: data, ...settings };
  const outcome = await new Promise<Outcome>((resolve) => {
    execFile(process.execPath, [MAIN_FILE, 'rehearse', ...args], { env, timeout: TIMEOUT_MS }, (error, out, err) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out, err }),
    );
  });
  return { ...outcome, data };
}

test('80 buyers, 25 units, a line, the web process killed: PASS, and a report that needs nothing else', async (t) => {
  const { code, out, err } = await souk(t, [
    ...[
      '--buyers',
      '80',
      '--stock',
      '25',
      '--minutes',
      '0.1',
      '--hold',
      '5',
      '--faults',
      'web,payments',
      '--seed',
      '3',
      '--json',
    ],
  ]);
  const result = JSON.parse(out || '{}') as {
    verdict: string;
    reasons: string[];
    sold: number;
    faults: { what: string }[];
    latencyMs: Record<string, { p50: number | null }>;
    report: string;
    scheduleHash: string;
  };
  const { verdict, reasons, sold, faults, latencyMs, report, scheduleHash } = result;
  assert.deepEqual({ code, verdict, reasons }, { code: 0, verdict: 'PASS', reasons: [] }, err);
  assert.ok(sold > 15 && sold <= 25, `${sold} sold`);
  assert.deepEqual(
    faults.map(({ what }) => what),
    ['web killed'],
  );
  assert.match(scheduleHash, /^[0-9a-f]{16}$/);
  for (const group of ['visit', 'look', 'buy', 'pay']) assert.ok(Number(latencyMs[group]?.p50) > 0, group);
  const page = readFileSync(report, 'utf8');
  assert.match(page, /PASS/);
  assert.doesNotMatch(page, /(src|href)="(https?:)?\/\//, 'nothing is fetched from elsewhere');
  // The shop that was made for it is gone; what it leaves is the report, the history and the log.
  assert.deepEqual(readdirSync(dirname(report)).sort(), ['history-1.jsonl.gz', 'report.html', 'shop.log']);
});

const REFUSED: [name: string, args: string[], sentence: RegExp][] = [
  ['a shop that is not this machine', ['--target', 'http://shop.example/'], /--i-own shop\.example/],
  [
    'a host that is not the one that was named',
    ['--target', 'http://shop.example/', '--i-own', 'example'],
    /not this machine/,
  ],
  [
    'killing what it did not start',
    ['--target', 'http://127.0.0.1:3000', '--faults', 'database'],
    /needs a shop that the rehearsal started/,
  ],
  ['a shop whose database it cannot see', ['--target', 'http://127.0.0.1:3000', '--faults', 'none'], /DATABASE_URL/],
  ['a fault that it does not know', ['--faults', 'web,earthquake'], /provider-stalls/],
];
for (const [name, args, sentence] of REFUSED) {
  test(`refused: ${name}`, async (t) => {
    const { code, err, data } = await souk(t, args);
    assert.equal(code, 1);
    assert.match(err, sentence);
    assert.ok(!existsSync(join(data, 'rehearsals')), 'nothing was begun');
  });
}
