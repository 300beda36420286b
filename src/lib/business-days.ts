// Days on which parcels move: Monday to Friday, in UTC. Public holidays differ by country and are not known here.
const DAY_MS = 86_400_000;

/** The n-th business day after `from`, at midnight UTC. From a Saturday the first is Monday. */
export function addBusinessDays(from: Date, days: number): Date {
  let midnightMs = Math.floor(from.getTime() / DAY_MS) * DAY_MS;
  for (let left = days; left > 0; ) {
    midnightMs += DAY_MS;
    const weekday = new Date(midnightMs).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left--;
  }
  return new Date(midnightMs);
}

/** "2026-11-25" */
export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
