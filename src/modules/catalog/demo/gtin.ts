// GTIN-13 from the numbers that GS1 keeps for use within one company: 200 to 299 in front, never a real article.

const INNER_DIGITS = 9;

export function demoGtin(index: number): string {
  const prefix = 200 + ((index * 37) % 100);
  const body = `${prefix}${String(index).padStart(INNER_DIGITS, '0')}`;
  return body + checkDigit(body);
}

/** GS1's: from the right, digits count three times and once in turn. */
export function checkDigit(body: string): string {
  let sum = 0;
  for (let place = 0; place < body.length; place++) {
    sum += Number(body.charAt(body.length - 1 - place)) * (place % 2 === 0 ? 3 : 1);
  }
  return String((10 - (sum % 10)) % 10);
}
