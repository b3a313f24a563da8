/**
 * Where does the time axis put its labels? At the midnights and hours of the viewer's own zone: the library goes by UTC,
 * which puts the name of a day in the middle of it.
 */

/** The library's weights of a tick: the heavier, the longer it stays when there is little room. */
export const Weight = {
  Less: 0,
  Minute: 20,
  Minute5: 21,
  Minute30: 22,
  Hour: 30,
  Hour3: 31,
  Hour6: 32,
  Hour12: 33,
  Day: 50,
  Month: 60,
  Year: 70,
} as const;

export type Weight = (typeof Weight)[keyof typeof Weight];

const MINUTE = 60_000;
const WITHIN_DAY: readonly (readonly [number, Weight])[] = [
  [720, Weight.Hour12],
  [360, Weight.Hour6],
  [180, Weight.Hour3],
  [60, Weight.Hour],
  [30, Weight.Minute30],
  [5, Weight.Minute5],
  [1, Weight.Minute],
];

/** The wall clock of a zone at a time, as the ms UTC at which UTC's clock would show the same. */
export type Wall = (ts: number) => number;

/** The viewer's own clock. */
export function localWall(ts: number): number {
  return ts - new Date(ts).getTimezoneOffset() * MINUTE;
}

/** How much the label of a bar weighs that follows a bar at `before`. */
export function weightOf(ts: number, before: number, wall: Wall): Weight {
  const [now, then] = [new Date(wall(ts)), new Date(wall(before))];
  if (now.getUTCFullYear() !== then.getUTCFullYear()) {
    return Weight.Year;
  }
  if (now.getUTCMonth() !== then.getUTCMonth()) {
    return Weight.Month;
  }
  if (now.getUTCDate() !== then.getUTCDate()) {
    return Weight.Day;
  }
  const [minute, minuteBefore] = [now, then].map((date) => date.getUTCHours() * 60 + date.getUTCMinutes());
  const crossed = WITHIN_DAY.find(
    ([size]) => Math.floor((minute ?? 0) / size) !== Math.floor((minuteBefore ?? 0) / size),
  );
  return crossed?.[1] ?? Weight.Less;
}

/** The text of a tick, no longer than its place needs. */
export function tickText(ts: number, weight: Weight, locale: string, timeZone?: string): string {
  const options: Intl.DateTimeFormatOptions =
    weight >= Weight.Year
      ? { year: "numeric" }
      : weight >= Weight.Month
        ? { month: "short" }
        : weight >= Weight.Day
          ? { day: "numeric", month: "short" }
          : { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Intl.DateTimeFormat(locale, { ...options, timeZone }).format(ts);
}
