// The colours that demo products come in. A product's place here is in its picture ids: append, never reorder.

export const COLORS: readonly { name: string; rgb: readonly [number, number, number] | null }[] = [
  { name: '', rgb: null },
  { name: 'Black', rgb: [46, 47, 54] },
  { name: 'Midnight', rgb: [42, 51, 84] },
  { name: 'Graphite', rgb: [88, 92, 102] },
  { name: 'Silver', rgb: [190, 196, 206] },
  { name: 'White', rgb: [238, 239, 243] },
  { name: 'Cream', rgb: [243, 230, 203] },
  { name: 'Sand', rgb: [217, 192, 152] },
  { name: 'Tan', rgb: [196, 148, 97] },
  { name: 'Brown', rgb: [128, 82, 54] },
  { name: 'Walnut', rgb: [104, 66, 48] },
  { name: 'Oak', rgb: [201, 157, 103] },
  { name: 'Terracotta', rgb: [206, 104, 69] },
  { name: 'Burgundy', rgb: [132, 34, 58] },
  { name: 'Red', rgb: [221, 52, 56] },
  { name: 'Coral', rgb: [255, 122, 101] },
  { name: 'Orange', rgb: [247, 137, 40] },
  { name: 'Mustard', rgb: [222, 170, 44] },
  { name: 'Yellow', rgb: [252, 208, 56] },
  { name: 'Olive', rgb: [128, 132, 66] },
  { name: 'Forest Green', rgb: [42, 105, 72] },
  { name: 'Green', rgb: [66, 168, 90] },
  { name: 'Sage', rgb: [158, 182, 148] },
  { name: 'Mint', rgb: [146, 220, 190] },
  { name: 'Teal', rgb: [32, 140, 146] },
  { name: 'Sky Blue', rgb: [112, 186, 240] },
  { name: 'Blue', rgb: [50, 112, 222] },
  { name: 'Navy', rgb: [40, 60, 118] },
  { name: 'Lavender', rgb: [184, 166, 236] },
  { name: 'Purple', rgb: [128, 76, 190] },
  { name: 'Plum', rgb: [118, 52, 104] },
  { name: 'Pink', rgb: [244, 122, 170] },
  { name: 'Blush', rgb: [244, 190, 190] },
  { name: 'Gold', rgb: [222, 178, 86] },
  { name: 'Rose Gold', rgb: [228, 166, 150] },
  { name: 'Copper', rgb: [196, 112, 70] },
];

const PLACES = new Map(COLORS.map((color, place) => [color.name, place]));

/** The place of a colour by its name; 0, no tint, for a name that is no colour. */
export function colorPlace(name: string): number {
  return PLACES.get(name) ?? 0;
}
