// What breaks during a rehearsal, done to processes by their numbers.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduledFault } from './schedule.ts';

export type Part = 'web' | 'worker' | 'provider';
/** The processes of a shop that may be broken. */
export type Breakable = {
  pid(part: Part): number | undefined;
  databasePid(): number | undefined;
  cutConnections(): number;
};
/** What was done; for the report. */
export type Struck = { atMs: number; forMs: number; what: string };

export async function strike(shop: Breakable, { fault, forMs }: ScheduledFault, atMs: number): Promise<Struck> {
  switch (fault) {
    case 'web':
    case 'worker':
    case 'provider':
      return { atMs, forMs: 0, what: kill([shop.pid(fault)]) > 0 ? `${fault} killed` : `${fault} was down already` };
    case 'database':
      return { atMs, forMs: 0, what: `database killed, ${kill(familyOf(shop.databasePid()))} processes` };
    case 'connections':
      return { atMs, forMs: 0, what: `${shop.cutConnections()} database connections cut` };
    case 'provider-stalls':
      return {
        atMs,
        forMs,
        what: (await stall(shop.pid('provider'), forMs)) ? 'provider stood still' : 'provider was down already',
      };
    case 'web-stalls':
      return { atMs, forMs, what: (await stall(shop.pid('web'), forMs)) ? 'web stood still' : 'web was down already' };
  }
}

function kill(pids: (number | undefined)[]): number {
  return pids.filter((pid) => pid !== undefined && signal(pid, 'SIGKILL')).length;
}

async function stall(pid: number | undefined, forMs: number): Promise<boolean> {
  if (pid === undefined || !signal(pid, 'SIGSTOP')) return false;
  await sleep(forMs);
  signal(pid, 'SIGCONT');
  return true;
}

/** False: it was gone already. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** The process and its children; a postmaster that dies alone leaves backends that finish their statements. */
function familyOf(pid: number | undefined): number[] {
  return pid === undefined ? [] : [pid, ...childrenOf(pid)];
}

export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | undefined {
  try {
    // The name stands in brackets and may hold anything.
    return Number(/^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
  } catch {
    return undefined; // ended meanwhile
  }
}
