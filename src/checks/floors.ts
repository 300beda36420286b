// Who may import whom, and where settings and SQL may stand. The order of the house is in the arrays; floors.test.ts runs it.
import { posix } from 'node:path';

/** From the ground up. A file imports only from lower floors, and within its own room. */
const FLOORS: readonly (readonly string[])[] = [['lib'], ['modules'], ['web', 'sandbox', 'rehearsal'], ['top']];
/** An earlier module never imports a later one, and from outside only the index.ts of a module is imported. */
const MODULES: readonly string[] = ['accounts', 'catalog', 'search', 'inventory', 'payments', 'orders', 'notices'];
/** The folders of web share only the kit; what runs in the browser shares nothing with what runs on the server. */
const WEB_KIT = 'kit';
const WEB_FOLDERS: readonly string[] = ['shop', 'account', 'seller', 'operator', 'api', 'client'];
const TOP_FOLDERS: readonly string[] = ['cli'];

const LINES_MAX = 300;
const ENVIRONMENT_READER = 'main.ts';
/** SQL outside lib, the command line and the store files of modules, each with its reason. */
const SQL_ELSEWHERE: Readonly<Record<string, string>> = {
  'app.ts': 'asks the database for a sign of life',
  'worker.ts': 'asks the job queue for what a killed worker left locked; those tables are the library’s',
  'replica-source.ts': 'asks the database which one it is; no table belongs to it',
  'web/kit/idempotency-store.ts': 'the table belongs to no module: answers of requests are kept there',
};

export type SourceFile = { /** From src, with slashes. */ path: string; text: string };
export type Rule = 'floor' | 'module-order' | 'door' | 'web-folder' | 'test-only' | 'environment' | 'sql' | 'length';
export type Violation = { rule: Rule; path: string; what: string };

/** Tests reach for whatever they test, wherever it is. */
function isTestFile(path: string): boolean {
  const name = posix.basename(path);
  return path.startsWith('checks/') || name.endsWith('.test.ts') || name.startsWith('test-');
}

export function checkFile({ path, text }: SourceFile): Violation[] {
  const found: Violation[] = [];
  const note = (rule: Rule, what: string) => found.push({ rule, path, what });
  const lines = text.split('\n').length - 1;
  if (lines > LINES_MAX) note('length', `${lines} lines`);
  if (isTestFile(path)) return found;

  const code = withoutComments(text);
  if (placeOf(path) === undefined) note('floor', 'stands on no floor');
  if (
    path !== ENVIRONMENT_READER &&
    /\bprocess\s*(\.\s*env\b|\[)|\benv\b[^;]*\bfrom\s*['"](node:)?process['"]/.test(code)
  )
    note('environment', 'reads the environment');
  if (hasSql(code) && !mayHoldSql(path)) note('sql', 'holds SQL');
  if (/\bimport\(\s*[^'"\s]/.test(code)) note('floor', 'imports a file whose name is not written there');
  for (const specifier of importsOf(code)) {
    if (!specifier.startsWith('.')) continue;
    const target = posix.join(posix.dirname(path), specifier);
    const rule = brokenRule(path, target);
    if (rule) note(rule, `imports ${target}`);
  }
  return found;
}

export function importsOf(code: string): string[] {
  const statement = /\b(?:import|export)\b[^'"`;=()]*?\bfrom\s*['"]([^'"]+)['"]/g;
  const bare = /\bimport\s*\(?\s*['"]([^'"]+)['"]/g;
  return [statement, bare].flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? ''));
}

type Place = { floor: number; room: string; inner: string };

/** Undefined for a folder that nobody gave a floor. */
function placeOf(path: string): Place | undefined {
  const steps = path.split('/');
  const [first = ''] = steps;
  const room = steps.length === 1 || TOP_FOLDERS.includes(first) ? 'top' : first;
  const inner = steps.length > 2 ? (steps[1] ?? '') : '';
  const floor = FLOORS.findIndex((rooms) => rooms.includes(room));
  if (floor < 0 || (room === 'modules' && !MODULES.includes(inner))) return undefined;
  if (room === 'web' && inner !== WEB_KIT && !WEB_FOLDERS.includes(inner)) return undefined;
  return { floor, room, inner };
}

function brokenRule(path: string, target: string): Rule | undefined {
  if (target.startsWith('../')) return undefined; // package.json
  if (isTestFile(target)) return 'test-only';
  const from = placeOf(path);
  const to = placeOf(target);
  if (!from || !to || to.floor > from.floor || (to.floor === from.floor && to.room !== from.room)) return 'floor';
  if (from.room === 'web' && from.inner === 'client' && to.inner !== 'client') return 'web-folder';
  if (to.room === 'web' && from.room === 'web' && to.inner !== from.inner && to.inner !== WEB_KIT) return 'web-folder';
  if (to.room !== 'modules' || (from.room === 'modules' && from.inner === to.inner)) return undefined;
  if (from.room === 'modules' && MODULES.indexOf(to.inner) > MODULES.indexOf(from.inner)) return 'module-order';
  return target === `modules/${to.inner}/index.ts` ? undefined : 'door';
}

function hasSql(code: string): boolean {
  return /\bsql\(|['"`]\s*(select\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|with\s+\w+\s+as\s)/i.test(
    code,
  );
}

function mayHoldSql(path: string): boolean {
  if (path.startsWith('lib/') || path.startsWith('cli/') || Object.hasOwn(SQL_ELSEWHERE, path)) return true;
  const isStore = /^store(-[a-z-]+)?\.ts$/.test(posix.basename(path));
  return isStore && /^(modules|sandbox|rehearsal)\//.test(path);
}

/** Whole lines only, which is how comments are written here; a string that looks like one is not worth a parser. */
function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\s*(\/\/|\/\*|\*)/.test(line))
    .join('\n');
}
