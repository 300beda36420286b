// Values that several departments share.

export const TECH_COLORS = ['Black', 'White', 'Graphite', 'Silver', 'Midnight', 'Sage', 'Blush', 'Sky Blue'];
export const BRIGHT_COLORS = ['Red', 'Blue', 'Yellow', 'Green', 'Orange', 'Pink', 'Purple', 'Teal'];
export const CLOTHES_COLORS = [
  'Black',
  'White',
  'Navy',
  'Olive',
  'Burgundy',
  'Sand',
  'Sky Blue',
  'Mustard',
  'Forest Green',
  'Coral',
];
export const SOFT_COLORS = ['Cream', 'Sage', 'Blush', 'Sky Blue', 'Lavender', 'Mint', 'Mustard', 'Terracotta'];
export const HOME_COLORS = ['White', 'Cream', 'Graphite', 'Sage', 'Terracotta', 'Navy', 'Mustard', 'Teal'];
export const LEATHER_COLORS = ['Black', 'Brown', 'Tan', 'Burgundy', 'Navy', 'Olive'];
export const METAL_COLORS = ['Silver', 'Gold', 'Rose Gold', 'Black', 'Copper'];
export const WOOD_COLORS = ['Oak', 'Walnut', 'Black', 'White'];
export const CLOTHES_SIZES = ['XS', 'S', 'M', 'L', 'XL', 'XXL'];
export const SHOE_SIZES = ['US 6', 'US 7', 'US 8', 'US 9', 'US 10', 'US 11', 'US 12'];
