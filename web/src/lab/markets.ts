/** What can be backtested on: the candles of the lake, by venue, interval and symbol. */

import type { Model } from "@/api/types";

export type Series = Model<"SeriesModel">;

export interface Span {
  first_ts: number;
  /** Close of the last bar. */
  end_ts: number;
}

const MINUTE = 60_000;

export const INTERVALS: Readonly<Record<string, number>> = {
  "1m": MINUTE,
  "3m": 3 * MINUTE,
  "5m": 5 * MINUTE,
  "15m": 15 * MINUTE,
  "30m": 30 * MINUTE,
  "1h": 60 * MINUTE,
  "2h": 120 * MINUTE,
  "4h": 240 * MINUTE,
  "8h": 480 * MINUTE,
  "12h": 720 * MINUTE,
  "1d": 1440 * MINUTE,
};

/** Candles only: series of funding have no interval of bars. */
function candles(series: readonly Series[], venue: string): Series[] {
  return series.filter((each) => each.venue === venue && each.interval in INTERVALS);
}

export function venuesOf(series: readonly Series[]): string[] {
  return [...new Set(series.filter((each) => each.interval in INTERVALS).map((each) => each.venue))].sort();
}

/** Intervals that are stored, and those that are built from stored ones in whole buckets; the shortest first. */
export function intervalsOf(series: readonly Series[], venue: string): string[] {
  const stored = [...new Set(candles(series, venue).map((each) => INTERVALS[each.interval] ?? 0))];
  return Object.keys(INTERVALS).filter((name) => stored.some((length) => (INTERVALS[name] ?? 0) % length === 0));
}

/** Symbols with bars that this interval is stored as or built from, by name. */
export function symbolsOf(series: readonly Series[], venue: string, interval: string): string[] {
  const length = INTERVALS[interval] ?? 0;
  const fitting = candles(series, venue).filter((each) => length % (INTERVALS[each.interval] ?? length + 1) === 0);
  return [...new Set(fitting.map((each) => each.symbol))].sort();
}

/** From the first bar of a symbol to the close of its last, whatever it is stored as; null where there is none. */
export function spanOf(series: readonly Series[], venue: string, interval: string, symbol: string): Span | null {
  const length = INTERVALS[interval] ?? 0;
  const own = candles(series, venue).filter(
    (each) => each.symbol === symbol && length % (INTERVALS[each.interval] ?? length + 1) === 0,
  );
  if (own.length === 0) return null;
  return {
    first_ts: Math.min(...own.map((each) => each.first_ts)),
    end_ts: Math.max(...own.map((each) => each.last_ts + (INTERVALS[each.interval] ?? 0))),
  };
}

/** From the first bar of any to the close of the last of any; null of none. */
export function wholeSpan(spans: readonly (Span | null)[]): Span | null {
  const known = spans.filter((span) => span !== null);
  if (known.length === 0) return null;
  return {
    first_ts: Math.min(...known.map((span) => span.first_ts)),
    end_ts: Math.max(...known.map((span) => span.end_ts)),
  };
}
