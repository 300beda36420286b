// The shop in which every search keeps its promises: few products, each there for a reason. Their ids count from 1.
import type { ReplicaDocument } from './document.ts';

const SHOES = { category: ['Clothes', 'Shoes'] };
const stars = (given: number) => [0, 0, 0, 0, 0].map((_, at) => (at === given - 1 ? 10 : 0));
export const PRODUCTS: Partial<ReplicaDocument>[] = [
  { title: 'Red running shoes', brand: 'Nike', priceMinor: 4_500, ratingCounts: stars(4), createdAtMs: 5, ...SHOES },
  {
    title: 'Red running shoes for trails',
    brand: 'Puma',
    priceMinor: 4_000,
    ratingCounts: stars(3),
    createdAtMs: 4,
    ...SHOES,
  },
  { title: 'Blue running shoes', brand: 'Nike', priceMinor: 9_000, ratingCounts: stars(5), createdAtMs: 3, ...SHOES },
  {
    title: 'Green running shoes',
    brand: 'PUMA',
    sellerId: 2,
    sellerName: 'Second',
    priceMinor: 3_000,
    createdAtMs: 2,
    ...SHOES,
  },
  { title: 'Leather case for Nokia phone', category: ['Phones', 'Cases'], description: 'Protects a phone' },
  { title: 'Nokia 3310 phone', brand: 'Nokia', category: ['Phones'] },
  { title: 'Café mug', category: ['Home', 'Kitchen', 'Mugs'], familyKey: 'mug', variant: { colour: 'red' } },
  {
    title: 'Café mug',
    category: ['Home', 'Kitchen', 'Mugs'],
    familyKey: 'mug',
    variant: { colour: 'blue' },
    stock: { state: 'sold_out', available: null },
  },
  { title: 'Brother TN-2110 toner', category: ['Office'] },
  { title: 'USB stick 128 GB', category: ['Office'] },
  { title: 'Wireless doorbell', category: ['Home'] },
  { title: 'Leather sofa', category: ['Home'], familyKey: 'mug', sellerId: 2, sellerName: 'Second' },
  { title: 'Wireless chargers', brand: 'Chargery', category: ['Phones', 'Charging'] },
];
