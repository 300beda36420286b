import type { Kind } from '../department.ts';

/** The one product everybody is waiting for: made once, in all its variants. */
export const FLAGSHIP: Kind = {
  path: ['Phones', 'Smartphones'],
  noun: 'phone',
  emoji: ['1f4f1'],
  price: [999, 999],
  title: '{brand} {model} Smartphone, {Storage}, {Color}',
  brands: ['Orvane'],
  names: ['Nova X1'],
  attributes: {
    Display: ['6.5 in OLED, 1 to 144 Hz'],
    Storage: { '256 GB': 1, '512 GB': 1.12, '1 TB': 1.3 },
    Memory: ['16 GB'],
    'Main Camera': ['1 in sensor, variable aperture'],
    Battery: ['5,600 mAh silicon-carbon'],
    Charging: ['90 W wired, 50 W wireless'],
    'Water Resistance': ['IP69'],
    Color: ['Midnight', 'Silver', 'Sage', 'Coral'],
  },
  vary: ['Color', 'Storage'],
  about: [
    'The {model} is the phone Orvane has been working towards for nine years: one piece of glass and titanium, thinner than a pencil and ready for three days.',
  ],
  points: [
    'A {main camera} camera, the first of its size in a phone this slim, reads a candle-lit room as you remember it.',
    'The {Battery} battery charges from empty to half in nine minutes.',
    'Everything personal stays on the phone: its own chip transcribes, translates and tidies photographs without a network.',
  ],
  praise: [
    'The camera is a leap, not a step.',
    'Two full days of battery with everything switched on.',
    'The {color} finish catches the light beautifully.',
    'So thin that I keep checking whether it is still in my pocket.',
    'Translation on a train without signal: magic.',
  ],
  gripes: ['The price, of course.', 'My old cases are useless now.', 'Waited two weeks for the delivery.'],
};
