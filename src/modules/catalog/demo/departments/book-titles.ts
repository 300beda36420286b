// Book titles made from patterns: a genre has a few shapes of title and the words that go into them.

type Shelf = { patterns: readonly string[]; first: readonly string[]; second: readonly string[] };

const SHELVES = {
  novel: {
    patterns: [
      'The {1} {2}',
      'A {2} of {1} Days',
      "The {2} Keeper's {1} Year",
      'All the {1} {2}s',
      'What the {1} {2} Knew',
    ],
    first: [
      'Salt',
      'Winter',
      'Borrowed',
      'Quiet',
      'Paper',
      'Second',
      'Glass',
      'Northern',
      'Ordinary',
      'Unfinished',
      'Lemon',
    ],
    second: [
      'Orchard',
      'Lighthouse',
      'Kitchen',
      'Sister',
      'River',
      'Garden',
      'Letter',
      'Station',
      'Piano',
      'House',
      'Window',
    ],
  },
  crime: {
    patterns: [
      'Death at {1} {2}',
      'The {1} {2} Murders',
      'A Body in {1} {2}',
      'The {1} {2} Affair',
      'Silence in {1} {2}',
    ],
    first: ['Heron', 'Ashcombe', 'Fallow', 'Widow', 'Crow', 'Marlow', 'Thistle', 'Gallows', 'Holloway', 'Raven'],
    second: ['Lane', 'Hall', 'Bay', 'Priory', 'Mill', 'Point', 'Court', 'Island', 'Station', 'Wood', 'Bridge'],
  },
  fantastic: {
    patterns: ['The {1} of {2}', '{1}s Beyond {2}', 'A {1} for {2}', "{2}'s Last {1}", 'The {1} Under {2}'],
    first: ['Cartographer', 'Lantern', 'Engine', 'Dragon', 'Archive', 'Tide', 'Signal', 'Oath', 'Orchard', 'Crown'],
    second: [
      'Aurel',
      'Ninefold',
      'Ossia',
      'Far Tide',
      'Vesper',
      'Kharn',
      'Ilion Reach',
      'Marrow',
      'Saint Orbit',
      'Thule Gate',
    ],
  },
  cooking: {
    patterns: ['The {1} {2}', '{1} and {2}', 'My {1} {2}', 'Simply {1} {2}', 'A {2} Full of {1} Things'],
    first: ['Green', 'Slow', 'Sunday', 'Sour', 'Weeknight', 'Coastal', 'Toasted', 'Smoky', 'Generous', 'Golden'],
    second: ['Table', 'Oven', 'Pot', 'Pantry', 'Kitchen', 'Loaf', 'Plate', 'Market', 'Spoon', 'Larder'],
  },
  history: {
    patterns: [
      'The {1} and the {2}',
      '{1}s of the {2}',
      'How the {1} Changed the {2}',
      'A Thousand {1}s and One {2}',
      'The {2} of {1}s',
    ],
    first: ['Ledger', 'Needle', 'Compass', 'Spice', 'Harbor', 'Coin', 'Lantern', 'Caravan', 'Loom', 'Bridge'],
    second: [
      'City',
      'Silk Coast',
      'River',
      'Winter Road',
      'Empire',
      'Market',
      'North',
      'Archipelago',
      'Century',
      'Mountain',
    ],
  },
  travel: {
    patterns: [
      '{1} to {2}',
      'Slowly Through {2}, {1}',
      'The {1} Road to {2}',
      'Twelve {1} Nights in {2}',
      'Almost {2}: {1} Travels',
    ],
    first: ['Overland', 'Night Train', 'Barefoot', 'Winter', 'Second Class', 'Sideways', 'Island', 'Unhurried'],
    second: [
      'Trieste',
      'the Faroes',
      'Samarkand',
      'the Black Sea',
      'Patagonia',
      'Galicia',
      'Hokkaido',
      'the Caucasus',
      'Lapland',
      'Zanzibar',
    ],
  },
  children: {
    patterns: [
      '{1} and the {2}',
      'Where Is {1} and the {2}?',
      'Good Night, {1}, Said the {2}',
      'The {2} Who Loved {1}',
      '{1} Finds a {2}',
    ],
    first: [
      'Oslo the Fox',
      'Little Bear',
      'Mina',
      'Otto Owl',
      'Ellie Elephant',
      'Bo',
      'Tiny Tove',
      'Captain Pickle',
      'Grandma Goose',
    ],
    second: [
      'Moon',
      'Big Puddle',
      'Lost Mitten',
      'Snow',
      'Red Balloon',
      'Dragon',
      'Very Long Nap',
      'Picnic',
      'Singing Tree',
      'Train',
    ],
  },
  science: {
    patterns: [
      'The {1} Life of {2}',
      'Why {2} Matter, a {1} Guide',
      'A {1} Theory of {2}',
      '{2}: The {1} Story',
      'Thinking Like {2}, a {1} Tour',
    ],
    first: ['Secret', 'Short', 'Patient', 'Unlikely', 'Curious', 'Hidden', 'Brief', 'Restless'],
    second: ['Moths', 'Numbers', 'Rivers', 'Fungi', 'Clouds', 'Whales', 'Dreams', 'Seeds', 'Stars', 'Crows', 'Errors'],
  },
} satisfies Record<string, Shelf>;

/** Every title of a shelf, in an order that keeps its patterns apart. */
export function titlesOf(name: keyof typeof SHELVES): string[] {
  const { patterns, first, second }: Shelf = SHELVES[name];
  const titles: string[] = [];
  for (const [shift] of first.entries()) {
    for (const [place, word] of second.entries()) {
      const other = first[(place + shift) % first.length] ?? '';
      const pattern = patterns[(place + shift * 2) % patterns.length] ?? '';
      titles.push(pattern.replaceAll('{1}', other).replaceAll('{2}', word));
    }
  }
  return [...new Set(titles)];
}
