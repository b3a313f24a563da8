import { describe, expect, it } from "vitest";
import { endOf, shelves, wholeness } from "./lake";
import type { Series } from "./markets";

const series = (over: Partial<Series>): Series => ({
  venue: "demo",
  symbol: "BTC",
  interval: "1h",
  first_ts: 10,
  last_ts: 20,
  rows: 5,
  size_bytes: 7,
  ...over,
});

describe("shelves", () => {
  it("gathers the symbols of a market, the shortest bars first and funding last", () => {
    const found = shelves([
      series({ interval: "funding" }),
      series({}),
      series({ symbol: "ETH", first_ts: 5, last_ts: 30 }),
      series({ interval: "5m" }),
      series({ venue: "binance" }),
    ]);
    expect(found.map((shelf) => `${shelf.venue} ${shelf.interval}`)).toEqual([
      "binance 1h",
      "demo 5m",
      "demo 1h",
      "demo funding",
    ]);
    expect(found[2]).toMatchObject({ symbols: 2, rows: 10, size_bytes: 14, first_ts: 5, last_ts: 30 });
  });
});

describe("endOf", () => {
  it("is the close of a bar, and the stamp of a rate", () => {
    expect(endOf(series({ last_ts: 0 }))).toBe(3_600_000);
    expect(endOf(series({ last_ts: 0, interval: "funding" }))).toBe(0);
  });
});

describe("wholeness", () => {
  it("names the worst and counts what is missing", () => {
    const item = (symbol: string, bars: number, longest_gap_bars = 0) =>
      ({ symbol, bars, expected: 100, ratio: bars / 100, longest_gap_bars }) as never;
    expect(wholeness([item("BTC", 100), item("ETH", 90, 8)])).toEqual({
      symbols: 2,
      whole: 1,
      missing: 10,
      longest_gap_bars: 8,
      worst: "ETH",
    });
    expect(wholeness([])).toBeNull();
  });
});
