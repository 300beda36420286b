// Prices as shops write them: $7.49, $24.99, $349.00, $1,249.00.

const SMALL_ENDINGS = [99, 49, 79, 95];
const MIDDLE_ENDINGS = [99, 95, 99, 0];
const LARGE_ENDINGS = [0, 99, 0, 95];

/** `style` chooses among the endings; the variants of a family share one. */
export function shopPriceMinor(dollars: number, style: number): number {
  if (dollars < 10) return Math.max(1, Math.floor(dollars)) * 100 + (SMALL_ENDINGS[style % 4] ?? 99);
  if (dollars < 100) return Math.floor(dollars) * 100 + (MIDDLE_ENDINGS[style % 4] ?? 99);
  const step = dollars < 1000 ? 5 : 50;
  const round = Math.max(100, Math.round(dollars / step) * step);
  return (round - 1) * 100 + (LARGE_ENDINGS[style % 4] ?? 0);
}
