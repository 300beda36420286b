// PostgreSQL refuses to run as root. Who it runs as then, and how that user reaches files in directories closed to it.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Binaries, EmbeddedPostgresError } from './embedded-postgres-binaries.ts';

export type Runner = {
  /** undefined: the user who runs this process. */
  owner: { uid: number; gid: number } | undefined;
  /** How to start a program as that user. */
  command(program: string, args: string[]): { file: string; args: string[]; uid?: number; gid?: number };
};

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];
const PREFERRED_USERS = ['postgres', 'nobody'];
// Bits of CapEff in /proc/self/status; the weaker one first. Containers often lack it and have the second.
const REACHING_CAPABILITIES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
];

/** dataDirectory must exist and belong to the user by the time `reach` is asked. */
export function chooseOwner(dataDirectory: string): Runner['owner'] {
  if (process.getuid?.() !== 0) return undefined;
  // A cluster stays with its owner: users come and go between two starts (apt install postgresql makes one).
  const existing = statSync(dataDirectory, { throwIfNoEntry: false });
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const user of PREFERRED_USERS) {
    const fields = accounts.find((line) => line.startsWith(`${user}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL cannot run as root, and this machine has neither a user "postgres" nor "nobody". Start as another user, or set DATABASE_URL.',
  );
}

/** directory: an existing one that the owner must be able to enter. */
export function makeRunner(owner: Runner['owner'], binaries: Binaries, directory: string): Runner {
  if (!owner) return { owner, command: (file, args) => ({ file, args }) };
  const plain: Runner = { owner, command: (file, args) => ({ file, args, ...owner }) };
  const failure = probe(plain, binaries, directory);
  if (failure === undefined) return plain;
  // A clone in /root (mode 0700): lend that user the one right to pass closed directories, rather than to open them for everybody.
  const reaching = reachingRunner(owner);
  if (reaching && probe(reaching, binaries, directory) === undefined) return reaching;
  throw new EmbeddedPostgresError(
    `PostgreSQL cannot run as root, and user ${owner.uid} cannot reach ${directory} or ${dirname(binaries.postgres)} (${failure}). Use directories that other users may enter (SOUK_DATA sets the first), or start as another user, or set DATABASE_URL.`,
  );
}

function reachingRunner(owner: NonNullable<Runner['owner']>): Runner | undefined {
  const setpriv = SETPRIV.find(isExecutable);
  const effective = BigInt(
    `0x${/^CapEff:\s*([0-9a-f]+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`,
  );
  const capability = REACHING_CAPABILITIES.find(({ bit }) => effective & (1n << bit));
  if (!setpriv || !capability) return undefined;
  const identity = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--no-new-privs'];
  const rights = [
    `--inh-caps=-all,+${capability.name}`,
    `--ambient-caps=-all,+${capability.name}`,
    `--bounding-set=-all,+${capability.name}`,
    // Without it access(2), by which PostgreSQL looks for its own files, leaves the right out of account (capabilities(7)).
    '--securebits=+no_setuid_fixup',
  ];
  return {
    owner,
    command: (program, args) => ({ file: setpriv, args: [...identity, ...rights, '--', program, ...args] }),
  };
}

/** undefined when it works; else why not. */
function probe(runner: Runner, binaries: Binaries, directory: string): string | undefined {
  // Tries it for real: modes alone say nothing of ACLs, mounts with noexec, and containers without CAP_SETUID.
  const { file, args, ...identity } = runner.command('/bin/sh', [
    '-c',
    '"$0" --version && cd "$1"',
    binaries.postgres,
    directory,
  ]);
  const result = spawnSync(file, args, {
    ...identity,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (result.status === 0) return undefined;
  return result.error?.message ?? result.stderr.trim().split('\n').at(-1) ?? 'unknown';
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
