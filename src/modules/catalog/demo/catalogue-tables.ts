// The departments' tables, made ready for generating: every text taken apart, every kind with its shops.
import { BRAND_STORIES } from './brands.ts';
import type { Department, Goods, Kind } from './department.ts';
import { baby } from './departments/baby.ts';
import { beauty } from './departments/beauty.ts';
import { books } from './departments/books.ts';
import { computers } from './departments/computers.ts';
import { electronics } from './departments/electronics.ts';
import { fashion } from './departments/fashion.ts';
import { FLAGSHIP } from './departments/flagship.ts';
import { garden } from './departments/garden.ts';
import { grocery } from './departments/grocery.ts';
import { home } from './departments/home.ts';
import { music } from './departments/music.ts';
import { office } from './departments/office.ts';
import { pets } from './departments/pets.ts';
import { sports } from './departments/sports.ts';
import { tools } from './departments/tools.ts';
import { toys } from './departments/toys.ts';
import { sellersOf } from './sellers.ts';
import { compileTemplate, type Template } from './text-template.ts';

export const DEPARTMENTS: readonly Department[] = [
  ...[electronics, computers, home, garden, sports, toys, books, beauty],
  ...[fashion, baby, grocery, pets, office, music, tools],
];

export type ReadyAttribute = { name: string; values: readonly string[]; factors: readonly number[] | null };

export type ReadyKind = {
  place: number; // among all kinds; seeds what is drawn for it
  department: Department;
  kind: Kind;
  category: string[];
  goods: Goods;
  brands: readonly string[];
  names: readonly string[];
  attributes: readonly ReadyAttribute[];
  sellers: readonly string[];
  title: Template;
  about: readonly Template[];
  points: readonly Template[];
  closers: readonly Template[];
  praise: readonly Template[];
  gripes: readonly Template[];
};

function readyKind(department: Department, kind: Kind, place: number): ReadyKind {
  const factNames = ['brand', 'model', 'noun', ...Object.keys(kind.attributes)];
  const compiled = (texts: readonly string[]) => texts.map((text) => compileTemplate(text, factNames));
  const brands = kind.brands ?? department.brands;
  for (const brand of brands) {
    if (!BRAND_STORIES[brand]) throw new Error(`no story for ${brand}`);
  }
  return {
    place,
    department,
    kind,
    category: [department.name, ...kind.path],
    goods: kind.goods ?? department.goods ?? 'thing',
    brands,
    names: kind.names ?? department.names,
    attributes: Object.entries(kind.attributes).map(([name, values]) =>
      Array.isArray(values)
        ? { name, values, factors: null }
        : { name, values: Object.keys(values), factors: Object.values(values) },
    ),
    sellers: sellersOf(department.name),
    title: compileTemplate(kind.title, factNames),
    about: compiled(kind.about),
    points: compiled(kind.points),
    closers: compiled(department.closers),
    praise: compiled(kind.praise),
    gripes: compiled(kind.gripes),
  };
}

export const KINDS: readonly ReadyKind[] = DEPARTMENTS.flatMap((department) =>
  department.kinds.map((kind) => ({ department, kind })),
).map(({ department, kind }, place) => readyKind(department, kind, place));

export const FLAGSHIP_KIND: ReadyKind = readyKind(electronics, FLAGSHIP, KINDS.length);
