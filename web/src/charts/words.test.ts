import { describe, expect, it } from "vitest";
import type { Bar, Source } from "./types";
import { candleSummary, changeText, decimalsFor, percentText, sourceText } from "./words";

const source: Source = {
  venue: "hyperliquid",
  symbol: "BTC",
  interval: "1h",
  from_ts: Date.parse("2024-09-04T00:00Z"),
  to_ts: Date.parse("2025-07-01T00:00Z"),
  coverage: 0.99812,
};

describe("sourceText", () => {
  it("names venue, interval, range and coverage", () => {
    expect(sourceText(source)).toBe("Hyperliquid BTC 1h, 2024-09-04 → 2025-06-30 UTC, coverage 99.81\u202f%");
  });

  it("does not make up a coverage", () => {
    expect(sourceText({ ...source, coverage: null })).toContain("coverage not measured");
  });
});

describe("percentText", () => {
  it("calls nothing whole that is not", () => {
    expect(percentText(1)).toBe("100\u202f%");
    expect(percentText(0.99999)).toBe("99.99\u202f%");
  });
});

describe("changeText", () => {
  it("has a real minus and no sign for nothing", () => {
    expect(changeText(100, 90)).toBe("−10.00\u202f%");
    expect(changeText(100, 112.5)).toBe("+12.50\u202f%");
    expect(changeText(100, 100)).toBe("0.00\u202f%");
    expect(changeText(0, 1)).toBe("–");
  });
});

describe("decimalsFor", () => {
  it("tells prices of any size apart", () => {
    expect([61_000, 3.2, 0.00012, 0].map(decimalsFor)).toEqual([0, 4, 8, 2]);
  });
});

describe("candleSummary", () => {
  it("says what a look at the chart would", () => {
    const bar = (ts: number, open: number, close: number): Bar => ({ ts, open, high: 130, low: 80, close });
    const marks = [
      { id: "1", ts: 0, px: 1, kind: "entry" as const, side: "long" as const, text: "" },
      { id: "2", ts: 0, px: 1, kind: "exit" as const, side: "long" as const, text: "" },
    ];
    const text = candleSummary(source, [bar(0, 100, 90), bar(1, 90, 120)], marks, 0);
    expect(text).toContain("from 100 to 120, +20.00\u202f%, between 80 and 130. 1 entries and 1 exits are marked.");
    expect(candleSummary(source, [], [], 0)).toContain("no bars");
  });
});
