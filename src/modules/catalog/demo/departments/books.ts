import type { Department, Kind } from '../department.ts';
import { listed } from '../text-lists.ts';
import { titlesOf } from './book-titles.ts';

const FORMATS = { Paperback: 1, Hardcover: 1.6 };
const AUTHORS = listed(`
  Maren Holloway | Tobias Ekwueme | Ines Carvalho | Wren Abara | Jonas Lindqvist | Priya Raman | Adaeze Obi |
  Lucian Marsh | Hana Morishita | Declan Royce | Sofia Brandt | Emeka Dawes | Yusuf Tariq | Clara Venn |
  Mateo Quiroga | Freya Aldous | Noor Haddad | Silas Grant | Beatriz Lobo | Rowan Teague | Anouk Verhoef
`);
const LENGTHS = ['176 pages', '224 pages', '288 pages', '336 pages', '412 pages', '528 pages'];
const CLOTH = ['1f4d5', '1f4d7', '1f4d8', '1f4d9'];

type Genre = Pick<Kind, 'path' | 'noun' | 'emoji' | 'about' | 'points' | 'praise' | 'gripes'> & {
  shelf: Parameters<typeof titlesOf>[0];
  subtitle: string;
  price: readonly [number, number];
  themes: readonly string[];
  lengths?: readonly string[];
};

function book(genre: Genre): Kind {
  const { shelf, subtitle, themes, lengths = LENGTHS, ...rest } = genre;
  return {
    ...rest,
    title: `{model}: ${subtitle} ({Format})`,
    names: titlesOf(shelf),
    anyColor: [...CLOTH, '1f4d6'],
    attributes: {
      Author: AUTHORS,
      Format: FORMATS,
      Length: lengths,
      Published: ['2019', '2020', '2021', '2022', '2023', '2024', '2025'],
      Language: ['English'],
      Theme: themes,
    },
    vary: ['Format'],
  };
}

export const books: Department = {
  name: 'Books',
  code: 'BK',
  goods: 'book',
  palettes: [1, 2, 6, 7, 8, 9, 14, 20, 24, 25, 28, 29],
  brands: ['Lanternhouse', 'Saltmarsh Editions', 'Ninth Wren Press', 'Attic Owl', 'Tidemark & Vole', 'Kiln & Paper'],
  names: ['The Open Book'],
  closers: [
    'Printed on wood-free paper and sewn, so that it opens flat.',
    'With a reading list for those who want to go on.',
    'The first chapter is free to read before you buy.',
    'Set in a typeface that is kind to tired eyes.',
  ],
  kinds: [
    book({
      path: ['Fiction', 'Novels'],
      noun: 'novel',
      emoji: CLOTH,
      shelf: 'novel',
      subtitle: 'A Novel',
      price: [11, 17],
      themes: ['Families', 'Leaving home', 'Late love', 'Small towns', 'Sisters', 'The sea'],
      about: [
        'Three generations, one house and a letter that was never sent: {Author} writes about {theme} with warmth and no mercy.',
        'A summer that changes everybody in it, told by a narrator you will trust far too long.',
        'In {length}, {Author} builds a town you could find your way around in the dark.',
      ],
      points: [
        'The dialogue crackles; the silences do more.',
        'Shortlisted for two prizes and passed from hand to hand.',
        'It is funny until, without warning, it is not.',
      ],
      praise: [
        'I read the last hundred pages in one sitting.',
        '{Author} has an ear for how people really talk.',
        'Our book club argued about it for three hours.',
      ],
      gripes: ['The middle drags.', 'I could not warm to the main character.'],
    }),
    book({
      path: ['Fiction', 'Crime & Mystery'],
      noun: 'mystery',
      emoji: ['1f575-fe0f', '1f4d5', '1f4d8', '1f50d'],
      shelf: 'crime',
      subtitle: 'An Inspector Vale Mystery',
      price: [9, 15],
      themes: ['Village secrets', 'Old money', 'Locked rooms', 'A cold case', 'Blackmail'],
      about: [
        'A body, a boathouse and eleven people with an excellent alibi.',
        'Inspector Vale was on holiday. It lasted a day and a half.',
        '{Theme}, rain, and a detective who notices shoes.',
      ],
      points: [
        'Every clue is on the page, and you will walk past it.',
        '{Author} plays fair, and still wins.',
        'Atmosphere you could bottle.',
      ],
      praise: [
        'I did not see the end coming, and it was there all along.',
        'Vale is wonderful company.',
        'Kept me up until two.',
      ],
      gripes: ['Too many cousins to keep apart.', 'I guessed it by chapter nine.'],
    }),
    book({
      path: ['Fiction', 'Science Fiction & Fantasy'],
      noun: 'book',
      emoji: ['1f4d8', '1f680', '1f409', '1fa90', '1f52e'],
      shelf: 'fantastic',
      subtitle: 'Book One of the Far Tide',
      price: [10, 17],
      themes: ['First contact', 'Lost cities', 'Machines that dream', 'Reluctant heroes', 'Maps'],
      about: [
        'The last ship of the fleet carries a passenger nobody remembers taking on board.',
        'A cartographer is sent to map a country that moves at night.',
        '{Theme} at the edge of the known, by a writer at the height of hers.',
      ],
      points: [
        'A world with weather, taxes and jokes of its own.',
        'The science is sound; the wonder is sounder.',
        'Includes a map, as it should.',
      ],
      praise: [
        'World-building of the first order.',
        'I have already ordered the next one.',
        'Fresh ideas on every page.',
      ],
      gripes: ['Ends on a cliffhanger.', 'So many invented words.'],
    }),
    book({
      path: ['Non-Fiction', 'Cooking'],
      noun: 'cookbook',
      emoji: ['1f4d7', '1f4d9', '1f957', '1f958'],
      shelf: 'cooking',
      subtitle: 'Recipes for Every Day',
      price: [15, 23],
      themes: ['Vegetables', 'Baking', 'One pot', 'Weeknights', 'Preserving'],
      about: [
        'A hundred and ten recipes that work, from a cook who has washed up after each of them.',
        '{Author} cooks as you would like to: quickly, cheaply and with a lot of butter or none.',
      ],
      points: [
        'Focus on {theme}, with a shopping list for each week.',
        'Photographs of every dish, cooked as written.',
        'Measures in cups, ounces and grams.',
      ],
      praise: [
        'Six recipes tried, six keepers.',
        'Ingredients you really have at home.',
        'The bread chapter alone is worth it.',
      ],
      gripes: ['Print is small for reading at the stove.', 'Not much for vegans.'],
    }),
    book({
      path: ['Non-Fiction', 'History'],
      noun: 'book',
      emoji: ['1f4da', '1f4d5', '1f4dc', '1f3fa'],
      shelf: 'history',
      subtitle: 'A History',
      price: [15, 24],
      themes: ['Trade', 'Cities', 'Ships', 'Everyday life', 'Inventions', 'Food'],
      about: [
        'How {theme} made us, told through forty objects and the people who dropped them.',
        '{Author} spent nine years in archives so that you can spend nine evenings by the lamp.',
      ],
      points: [
        'Deeply researched, and light on its feet.',
        'With maps, plates and notes that reward the curious.',
        'Overturns at least one thing you learned in school.',
      ],
      praise: ['Learned something on every page.', 'Reads like a novel.', 'My husband keeps quoting it.'],
      gripes: ['Dense in places.', 'Wish the maps were larger.'],
    }),
    book({
      path: ['Non-Fiction', 'Travel'],
      noun: 'book',
      emoji: ['1f5fa-fe0f', '1f4d9', '1f30d', '1f9ed'],
      shelf: 'travel',
      subtitle: 'Journeys on Foot and by Rail',
      price: [13, 21],
      themes: ['Night trains', 'Islands', 'Borders', 'Rivers', 'Mountain huts'],
      about: [
        'One rucksack, eleven countries, no plan worth the name.',
        '{Author} goes slowly and sees twice as much: {theme}, kitchens, and people who missed the last ferry.',
      ],
      points: [
        'Funny about hardship, serious about breakfast.',
        'A practical appendix tells you how to follow.',
        "Illustrated with the author's own sketches.",
      ],
      praise: [
        'Booked a train the day I finished it.',
        'Wonderful observer of people.',
        'Perfect in small doses before sleep.',
      ],
      gripes: ['More about trains than places.', 'A little pleased with itself.'],
    }),
    book({
      path: ['Children', 'Picture Books'],
      noun: 'book',
      emoji: ['1f4d6', '1f98a', '1f43b', '1f989', '1f418'],
      shelf: 'children',
      subtitle: 'A Picture Book',
      lengths: ['32 pages', '40 pages', '48 pages'],
      price: [9, 15],
      themes: ['Friendship', 'Bedtime', 'Being brave', 'Seasons', 'Sharing'],
      about: [
        'A small animal, a large problem and a very good idea.',
        'Read it once and you will know it by heart, because you will be asked again.',
      ],
      points: [
        'About {theme}, without a lesson in sight.',
        'Pages thick enough for determined fingers.',
        'Hidden on every spread: a ladybird.',
      ],
      praise: [
        'Requested every single night.',
        'The pictures are full of jokes for parents.',
        'A lovely rhythm to read aloud.',
      ],
      gripes: ['Over in three minutes.', 'Cover corner was bent.'],
    }),
    book({
      path: ['Non-Fiction', 'Science & Nature'],
      noun: 'book',
      emoji: ['1f4d8', '1f4d7', '1f98b', '1f9ec', '1f333'],
      shelf: 'science',
      subtitle: 'What Science Knows and What It Does Not',
      price: [14, 23],
      themes: ['Birds', 'Oceans', 'Sleep', 'Numbers', 'Fungi', 'Weather'],
      about: [
        '{Theme}, explained by somebody who still cannot believe how good it is.',
        'A tour of the latest research, with the doubts left in.',
      ],
      points: [
        'No formula that is not worth it.',
        '{Author} has done the field work, and has the insect bites.',
        'Drawings make the difficult parts easy.',
      ],
      praise: ['Clear without talking down.', 'I see my garden differently now.', 'The chapter on {theme} is superb.'],
      gripes: ['Jumps around a bit.', 'Would have liked more figures.'],
    }),
  ],
};
