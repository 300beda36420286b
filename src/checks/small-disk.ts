// A disk that is small enough to be filled, for a program of its own: a tmpfs that only this program sees and that goes with it.
import { spawnSync } from 'node:child_process';

/** undefined `command`: no way is allowed here, and `reasons` says why each is not. */
export type SmallDisk = { command: string[] | undefined; reasons: string[] };

const MOUNT = 'mount -t tmpfs -o "size=$1,mode=755" tmpfs "$2" && shift 2 && exec "$@"';
const NOBODY = 65_534;
const WAYS = [
  { name: 'as root', unshare: ['--mount'], inside: [] },
  {
    name: 'with namespaces of its own',
    // Root of a namespace of users may mount in it.
    unshare: ['--user', '--map-root-user', '--mount'],
    // One more around the program, in which it is not root: PostgreSQL refuses to run as root.
    inside: ['unshare', `--map-user=${process.getuid?.() || NOBODY}`, `--map-group=${process.getgid?.() || NOBODY}`],
  },
];

/** What runs a program with the disk mounted at that directory: the words to put before it. */
export function smallDiskAt(directory: string, sizeBytes: number): SmallDisk {
  const reasons: string[] = [];
  for (const { name, unshare, inside } of WAYS) {
    const command = ['unshare', ...unshare, 'sh', '-c', MOUNT, 'sh', String(sizeBytes), directory, ...inside];
    const [file = '', ...args] = [...command, 'true'];
    const tried = spawnSync(file, args, { encoding: 'utf8' });
    if (tried.status === 0) return { command, reasons };
    reasons.push(`${name}: ${tried.error?.message ?? tried.stderr.trim()}`);
  }
  return { command: undefined, reasons };
}
