/** The lake, by market: what is stored of each symbol. */

import type { Model } from "@/api/types";
import { INTERVALS, type Series } from "./markets";

type Coverage = Model<"CoverageModel">;

/** A venue and an interval of its candles, or its funding. */
export interface Shelf {
  venue: string;
  interval: string;
  symbols: number;
  rows: number;
  size_bytes: number;
  first_ts: number;
  last_ts: number;
}

/** Candles from the shortest interval on, funding last, by venue. */
export function shelves(series: readonly Series[]): Shelf[] {
  const found = new Map<string, Shelf>();
  for (const each of series) {
    const key = `${each.venue} ${each.interval}`;
    const shelf = found.get(key);
    if (shelf === undefined) {
      const { venue, interval, rows, size_bytes, first_ts, last_ts } = each;
      found.set(key, { venue, interval, symbols: 1, rows, size_bytes, first_ts, last_ts });
    } else {
      shelf.symbols += 1;
      shelf.rows += each.rows;
      shelf.size_bytes += each.size_bytes;
      shelf.first_ts = Math.min(shelf.first_ts, each.first_ts);
      shelf.last_ts = Math.max(shelf.last_ts, each.last_ts);
    }
  }
  const length = (shelf: Shelf) => INTERVALS[shelf.interval] ?? Number.POSITIVE_INFINITY;
  return [...found.values()].sort((one, other) => one.venue.localeCompare(other.venue) || length(one) - length(other));
}

/** Close of the last bar; of funding, which has no bars, its last stamp. */
export function endOf(series: Pick<Series, "interval" | "last_ts">): number {
  return series.last_ts + (INTERVALS[series.interval] ?? 0);
}

export interface Wholeness {
  symbols: number;
  /** How many have a bar for each of their own span. */
  whole: number;
  missing: number;
  longest_gap_bars: number;
  worst: string;
}

/** Of a shelf's candles together; null of none. */
export function wholeness(items: readonly Coverage[]): Wholeness | null {
  const [first] = items;
  if (first === undefined) return null;
  const worst = items.reduce((least, item) => (item.ratio < least.ratio ? item : least), first);
  return {
    symbols: items.length,
    whole: items.filter((item) => item.bars === item.expected).length,
    missing: items.reduce((total, item) => total + item.expected - item.bars, 0),
    longest_gap_bars: Math.max(...items.map((item) => item.longest_gap_bars)),
    worst: worst.symbol,
  };
}
