// What a department's table says about its products. Texts may name {brand}, {model}, {noun} and any attribute:
// {Material} puts the value as it stands, {material} in lower case for the middle of a sentence.

/** Values to choose from; with numbers, what each multiplies the price by, cheapest first. */
type AttributeValues = readonly string[] | Readonly<Record<string, number>>;

/** What reviewers can say about it: a thing is looked at and lasts, a treat is used up, a book is read. */
export type Goods = 'thing' | 'treat' | 'book';

export type Kind = {
  path: readonly string[]; // the category below the department's name
  noun: string; // what a buyer calls it
  emoji: readonly string[];
  emojiOf?: Readonly<Record<string, string>>; // by the value of an attribute, where it decides what is seen
  anyColor?: readonly string[]; // emoji that are shown in any color where no attribute says one: a book's cover
  price: readonly [lowDollars: number, highDollars: number]; // before the attributes' factors
  title: string;
  brands?: readonly string[]; // where not all of the department's make it
  names?: readonly string[]; // where the department's names do not suit
  marks?: readonly string[]; // follow a name, as in "Arc 200"
  keepsColor?: boolean; // the emoji shows more than the product: a purple harness makes no purple dog
  goods?: Goods; // a thing, unless the department or this says otherwise
  attributes: Readonly<Record<string, AttributeValues>>;
  vary?: readonly string[]; // the attributes that a family's variants differ in
  about: readonly string[]; // one of these opens the description
  points: readonly string[]; // two or three of these follow
  praise: readonly string[]; // what happy reviewers mention
  gripes: readonly string[]; // and the others
};

export type Department = {
  name: string;
  code: string; // leads the sellers' own article numbers
  palettes: readonly number[]; // places in pictures/palettes.ts
  goods?: Goods;
  brands: readonly string[];
  names: readonly string[];
  closers: readonly string[]; // a last sentence of a description, true of anything in the department
  kinds: readonly Kind[];
};
