// npm test: one PostgreSQL for all test files, stopped when the last one is through.
// node src/checks/run-tests.ts [options of node --test] [patterns]
import { spawn } from 'node:child_process';
import { hasOtherClients, startTestServer } from './test-database.ts';

// A test that waits for ever must not keep the others from being told.
const TEST_TIMEOUT_MS = 600_000;
const DEFAULT_PATTERNS = ['src/**/*.test.ts', 'bench/**/*.test.ts'];

const given = process.argv.slice(2);
const patterns = given.some((argument) => !argument.startsWith('-')) ? given : [...given, ...DEFAULT_PATTERNS];
const server = await startTestServer();
const runner = spawn(process.execPath, ['--test', `--test-timeout=${TEST_TIMEOUT_MS}`, ...patterns], {
  stdio: 'inherit',
});
// The terminal sends Ctrl-C to the runner as well; staying alive lets it report and the server be stopped.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal));
const code = await new Promise<number>((resolve) => runner.once('exit', (exitCode) => resolve(exitCode ?? 1)));
// Somebody may be running single tests on the same server.
if (!(await hasOtherClients(server.url))) await server.stop();
process.exitCode = code;
