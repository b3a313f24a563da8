/** The order of a table's rows. */
export interface Sorting {
  key: string;
  down: boolean;
}

type Value = number | string | null;

/** A new array; rows of equal value keep their order, those without one come last either way. */
export function sorted<R>(rows: readonly R[], by: (row: R) => Value, down: boolean): R[] {
  const sign = down ? -1 : 1;
  return rows
    .map((row) => [by(row), row] as const)
    .sort(([a], [b]) => {
      if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
      if (typeof a === "number" && typeof b === "number") return sign * (a - b);
      return sign * String(a).localeCompare(String(b), undefined, { numeric: true });
    })
    .map(([, row]) => row);
}
