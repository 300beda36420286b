// The shops on the demo market. Places and streets are invented; tax numbers begin with 00, which is never issued.

export type DemoSeller = { slug: string; name: string; address: string; taxNumber: string };

type Shop = DemoSeller & { departments: readonly string[] };

const SHOPS: readonly Shop[] = [
  shop('orvane-direct', 'Orvane Direct', '1 Ferry Hall Quay, Port Averill, OR 97000', ['Electronics']),
  shop('circuit-and-co', 'Circuit & Co.', '48 Tallow Street, Merrin, WA 98000', ['Electronics', 'Computers']),
  shop('northlight-electronics', 'Northlight Electronics', '210 Beacon Avenue, Lowford, MN 55000', [
    'Electronics',
    'Computers',
    'Music',
  ]),
  shop('desk-and-dock', 'Desk & Dock', '17 Paper Mill Lane, Ashby Falls, MA 01000', ['Computers', 'Office']),
  shop('byte-barn', 'Byte Barn', '901 County Road 6, Ellery, IA 52000', ['Computers', 'Electronics', 'Toys & Games']),
  shop('the-long-table', 'The Long Table', '5 Orchard Row, Saltmere, ME 04000', ['Home & Kitchen', 'Grocery']),
  shop('hearth-and-hall', 'Hearth & Hall', '33 Chandler Street, Wickford, VT 05000', ['Home & Kitchen', 'Garden']),
  shop('casa-lumen', 'Casa Lumen', '74 Calle Alta, Monte Claro, NM 87000', ['Home & Kitchen', 'Beauty']),
  shop('greenhouse-nine', 'Greenhouse Nine', '9 Nursery Lane, Fernhollow, OR 97000', ['Garden', 'Pets']),
  shop('spade-and-sparrow', 'Spade & Sparrow', '120 Hedge Road, Tilth, PA 19000', ['Garden', 'DIY & Tools']),
  shop('summit-supply', 'Summit Supply', '2 Trailhead Way, Tarn Pass, CO 80000', ['Sports & Outdoors', 'Fashion']),
  shop('second-wind-sports', 'Second Wind Sports', '66 Velodrome Street, Kaidren, CA 95000', [
    'Sports & Outdoors',
    'Toys & Games',
  ]),
  shop('pip-and-marble', 'Pip & Marble', '14 Carousel Court, Dottle, OH 44000', ['Toys & Games', 'Baby']),
  shop('the-paper-lantern', 'The Paper Lantern', '8 Quill Alley, Inkmere, CT 06000', ['Books', 'Office']),
  shop('harbor-street-books', 'Harbor Street Books', '101 Harbor Street, Gullport, RI 02000', ['Books', 'Music']),
  shop('rose-and-reed', 'Rose & Reed', '55 Petal Walk, Lissandre, CA 94000', ['Beauty', 'Baby']),
  shop('atelier-verrel', 'Atelier Verrel', '12 Rue du Midi, New Verrel, LA 70000', ['Beauty', 'Fashion']),
  shop('wardrobe-no-6', 'Wardrobe No. 6', '6 Weaver Street, Threnby, NY 12000', ['Fashion']),
  shop('little-acorn', 'Little Acorn', '27 Cradle Lane, Cubbington, IL 61000', ['Baby', 'Toys & Games', 'Books']),
  shop('market-hall-pantry', 'Market Hall Pantry', '300 Market Hall, Oatwright, WI 53000', ['Grocery']),
  shop('hollis-and-rook', 'Hollis & Rook', '1911 Main Street, Brinewell, MD 21000', ['Grocery', 'Home & Kitchen']),
  shop('paws-on-poplar', 'Paws on Poplar', '41 Poplar Street, Waggleton, TN 37000', ['Pets']),
  shop('open-string-music', 'Open String Music', '88 Tremolo Road, Fretmoor, TX 78000', ['Music', 'Electronics']),
  shop('kelder-hardware', 'Kelder Hardware', '19 Foundry Road, Ironvale, PA 15000', [
    'DIY & Tools',
    'Garden',
    'Office',
  ]),
];

export const FLAGSHIP_SELLER = 'orvane-direct';

export const DEMO_SELLERS: readonly DemoSeller[] = SHOPS.map(({ slug, name, address, taxNumber }) => ({
  slug,
  name,
  address,
  taxNumber,
}));

/** The slugs of the shops that carry a department. */
export function sellersOf(department: string): string[] {
  return SHOPS.filter((seller) => seller.departments.includes(department)).map(({ slug }) => slug);
}

function shop(slug: string, name: string, address: string, departments: readonly string[]): Shop {
  let digits = 0;
  for (const character of slug) digits = (digits * 31 + character.charCodeAt(0)) % 10_000_000;
  return { slug, name, address, taxNumber: `EIN 00-${String(digits).padStart(7, '0')}`, departments };
}
