// Plurals that no rule of suffixes leads back to their singular, as far as they name things that shops sell or whom they are for.

const PLURALS = new Map(
  Object.entries({
    children: 'child',
    feet: 'foot',
    geese: 'goose',
    men: 'man',
    mice: 'mouse',
    teeth: 'tooth',
    women: 'woman',
    // Written without an apostrophe as often as with it.
    childrens: 'child',
    mens: 'man',
    womens: 'woman',
    bookshelves: 'bookshelf',
    calves: 'calf',
    elves: 'elf',
    halves: 'half',
    hooves: 'hoof',
    knives: 'knife',
    loaves: 'loaf',
    scarves: 'scarf',
    shelves: 'shelf',
    wolves: 'wolf',
  }),
);

/** The singular of such a plural; other words as they are. */
export function singularOf(word: string): string {
  return PLURALS.get(word) ?? word;
}
