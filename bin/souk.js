#!/usr/bin/env node
// Plain JavaScript that Node 18 and 20 still run: finds the Node that Souk needs, which came with npm, and hands over to it.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED_MAJOR = 26;
const LAUNCHER_POLL_MS = 500;
const SHELLS = ['sh', 'dash', 'bash', 'ash'];
const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'main.ts');

if (process.env.npm_lifecycle_event !== undefined) endWithNpm();

if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  await import(main);
} else {
  const node = findNode();
  if (node) handOver(node);
  else {
    console.error(
      `Souk needs Node ${NEEDED_MAJOR} or newer. This is ${process.version}, and the npm package that brings the right one (node-${process.platform}-${process.arch}) is not installed. Run "npm ci" in Souk's directory, without --omit=optional, or install Node ${NEEDED_MAJOR}.`,
    );
    process.exitCode = 1;
  }
}

/** kill -9 of npm leaves its script running, unseen by whoever starts the shop again. */
function endWithNpm() {
  const before = launchers();
  const timer = setInterval(() => {
    if (launchers() === before) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LAUNCHER_POLL_MS);
  timer.unref();
}

/** npm runs scripts by a shell that may or may not stay between it and us. A shell further up is the user's, and may end. */
function launchers() {
  const [shell, above] = nameAndParent(process.ppid);
  return SHELLS.includes(shell) ? `${process.ppid} ${above}` : `${process.ppid}`;
}

function nameAndParent(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return [name, parent];
  } catch {
    return [];
  }
}

function findNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`);
    return join(dirname(manifest), 'bin', 'node');
  } catch {
    return undefined;
  }
}

function handOver(node) {
  // The channel tells the child when this process is gone, however it ended.
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`Souk cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
