/** Returns by calendar month, UTC, from the daily closes of a result. */

import type { ResultDocument } from "./document";

export interface YearRow {
  year: number;
  /** January to December: a fraction; null where it has no value, undefined where the month has no bar. */
  months: (number | null | undefined)[];
  total: number | null;
}

export function monthlyReturns(doc: Pick<ResultDocument, "equity" | "account">): YearRow[] {
  const ends = new Map<string, { year: number; month: number; end: number }>();
  for (const point of doc.equity) {
    const day = new Date(point.ts - 1); // a close at midnight ends the day before
    const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
    ends.set(`${year}-${month}`, { year, month, end: Number(point.usd) });
  }
  const rows: YearRow[] = [];
  let base = Number(doc.account.start_usd);
  for (const { year, month, end } of ends.values()) {
    let row = rows.at(-1);
    if (row?.year !== year) {
      row = { year, months: Array.from({ length: 12 }), total: null };
      rows.push(row);
    }
    row.months[month] = base > 0 ? end / base - 1 : null;
    base = end;
  }
  for (const row of rows) {
    row.total = compounded(row.months);
  }
  return rows;
}

function compounded(months: YearRow["months"]): number | null {
  const known = months.filter((value) => value !== null && value !== undefined);
  return known.length === 0 ? null : known.reduce((total, value) => total * (1 + value), 1) - 1;
}

/** How strongly a return is shaded, 0 to 3: below 2, 5, 10 %, or more. */
export function shade(fraction: number): 0 | 1 | 2 | 3 {
  const pct = Math.abs(100 * fraction);
  return pct >= 10 ? 3 : pct >= 5 ? 2 : pct >= 2 ? 1 : 0;
}
