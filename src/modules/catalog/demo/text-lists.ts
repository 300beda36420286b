/** The items of a list written as one text, between bars: long lists of words and sentences stay readable so. */
export function listed(text: string): string[] {
  return text.split('|').map((item) => item.trim().replaceAll(/\s+/g, ' '));
}
