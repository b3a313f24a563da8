/** The path of a small line chart. */
const EDGE = 2;

/** Null for fewer than two points. `base` comes back as its y when it is asked for. */
export function sparkPath(
  values: readonly number[],
  width: number,
  height: number,
  base?: number,
): { path: string; base: number | null } | null {
  if (values.length < 2) return null;
  const all = base === undefined ? values : [...values, base];
  let low = Infinity;
  let high = -Infinity;
  for (const value of all) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const y = (value: number): number =>
    high === low ? height / 2 : EDGE + ((high - value) / (high - low)) * (height - 2 * EDGE);
  const step = width / (values.length - 1);
  const path = values.map((value, at) => `${at ? "L" : "M"}${(at * step).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  return { path, base: base === undefined ? null : y(base) };
}
