// What became of the rows of a file. Reasons are texts of our own without the row's values, so that they can be counted.
type Reason = { line: number; reason: string };
export type ReasonReport = {
  count: number;
  byReason: Record<string, number>;
  /** The first REASONS_KEPT of them, in the order of the file. */
  first: Reason[];
};

export type ImportReport = {
  rows: number;
  created: number;
  changed: number;
  unchanged: number;
  /** Bad rows: left out, while the rest went in. */
  leftOut: ReasonReport;
  /** Rows that are no product of their own and add nothing, such as a price in a second currency. */
  passedOver: ReasonReport;
  pictures: number;
  /** Pictures that are missing or were refused; their products went in without them. */
  picturesRefused: ReasonReport;
  /** What ended the reading before the end of the file; everything before it went in. */
  fault: string | null;
  durationMs: number;
};

const REASONS_KEPT = 100;

export function emptyReport(): ImportReport {
  return {
    rows: 0,
    created: 0,
    changed: 0,
    unchanged: 0,
    leftOut: emptyReasons(),
    passedOver: emptyReasons(),
    pictures: 0,
    picturesRefused: emptyReasons(),
    fault: null,
    durationMs: 0,
  };
}

export function addReason(report: ReasonReport, line: number, reason: string): void {
  report.count++;
  report.byReason[reason] = (report.byReason[reason] ?? 0) + 1;
  if (report.first.length < REASONS_KEPT) report.first.push({ line, reason });
}

function emptyReasons(): ReasonReport {
  return { count: 0, byReason: {}, first: [] };
}
