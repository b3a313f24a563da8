import { describe, expect, it } from "vitest";
import { intervalsOf, type Series, spanOf, symbolsOf, venuesOf, wholeSpan } from "./markets";

const HOUR = 3_600_000;

function series(over: Partial<Series>): Series {
  return {
    venue: "demo",
    symbol: "BTC",
    interval: "1h",
    first_ts: 0,
    last_ts: 9 * HOUR,
    rows: 10,
    size_bytes: 1,
    ...over,
  };
}

const lake = [
  series({}),
  series({ symbol: "ETH", interval: "5m", first_ts: 5 * HOUR, last_ts: 6 * HOUR }),
  series({ symbol: "BTC", interval: "funding" }),
  series({ venue: "other", interval: "funding" }),
];

describe("what a lake offers", () => {
  it("has the venues that have candles", () => {
    expect(venuesOf(lake)).toEqual(["demo"]);
  });

  it("builds intervals of whole stored ones, never shorter", () => {
    expect(intervalsOf([series({})], "demo")).toEqual(["1h", "2h", "4h", "8h", "12h", "1d"]);
    expect(intervalsOf([series({ interval: "8h" })], "demo")).toEqual(["8h", "1d"]);
  });

  it("has for each interval the symbols that have it", () => {
    expect(symbolsOf(lake, "demo", "1h")).toEqual(["BTC", "ETH"]);
    expect(symbolsOf(lake, "demo", "15m")).toEqual(["ETH"]);
  });

  it("ends where the last bar closes", () => {
    expect(spanOf(lake, "demo", "1h", "BTC")).toEqual({ first_ts: 0, end_ts: 10 * HOUR });
    expect(spanOf(lake, "demo", "1h", "SOL")).toBeNull();
    expect(wholeSpan([spanOf(lake, "demo", "1h", "BTC"), null])).toEqual({ first_ts: 0, end_ts: 10 * HOUR });
    expect(wholeSpan([null])).toBeNull();
  });
});
