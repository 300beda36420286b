// Which methods an address has: tells "not with this method" from "nothing here".
import type { App } from './shop.ts';

export type RouteTable = Map<string, { pattern: RegExp; methods: Set<string> }>;

/** Must be called before the routes are added. */
export function watchRoutes(app: App): RouteTable {
  const table: RouteTable = new Map();
  app.addHook('onRoute', ({ url, method }) => {
    if (url === '*' || url === '/*') return;
    const entry = table.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) entry.methods.add(one);
    table.set(url, entry);
  });
  return table;
}

/** Read only when nothing matched, so walking through all of them (some 5 µs) is cheap enough. */
export function allowedMethods(table: RouteTable, url: string): string[] {
  const path = url.replace(/[?#].*$/s, '');
  const methods = [...table.values()]
    .filter(({ pattern }) => pattern.test(path))
    .flatMap((entry) => [...entry.methods]);
  return [...new Set(methods)].sort();
}

function patternOf(url: string): RegExp {
  const steps = url.replace(/\/$/, '').split('/');
  const source = steps.map((step) => {
    if (step === '*') return '.*';
    return step.includes(':') ? '[^/]+' : RegExp.escape(step);
  });
  return new RegExp(`^${source.join('/')}/?$`);
}
