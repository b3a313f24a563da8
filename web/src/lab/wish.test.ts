import { describe, expect, it } from "vitest";
import type { Series } from "./markets";
import { beginWith, costsOff, lastDays, moveTo, problemsOf, requestOf, type Wish, windowOf } from "./wish";

const series = (symbol: string, interval = "1h", venue = "demo"): Series => ({
  venue,
  symbol,
  interval,
  first_ts: 0,
  last_ts: 1e12,
  rows: 1,
  size_bytes: 1,
});
const lake = [series("BTC"), series("ETH"), series("BTC", "4h", "hyperliquid")];

const wish = (over: Partial<Wish> = {}): Wish => ({ ...beginWith("template:breakout", undefined, lake), ...over });

describe("beginWith", () => {
  it("takes the strategy's own scope where the lake has it", () => {
    const scope = { venue: "hyperliquid", interval: "4h", symbols: ["BTC", "SOL"] };
    expect(beginWith("bot:1", scope, lake)).toMatchObject({ venue: "hyperliquid", interval: "4h", symbols: ["BTC"] });
  });

  it("takes what there is where it has not", () => {
    const scope = { venue: "pacifica", interval: "1m", symbols: ["SOL"] };
    expect(beginWith("bot:1", scope, lake)).toMatchObject({ venue: "demo", interval: "1h", symbols: ["BTC"] });
    expect(beginWith("bot:1", scope, [])).toMatchObject({ venue: "", interval: "", symbols: [] });
  });
});

describe("moveTo", () => {
  it("keeps the symbols that are there, too", () => {
    const both = wish({ symbols: ["ETH", "BTC"] });
    expect(moveTo(both, "hyperliquid", "1h", lake)).toMatchObject({ interval: "4h", symbols: ["BTC"] });
    expect(moveTo(both, "demo", "2h", lake).symbols).toEqual(["ETH", "BTC"]);
  });
});

describe("problemsOf", () => {
  it("finds nothing wrong with what the form begins with", () => {
    expect(problemsOf(wish())).toEqual({});
  });

  it("names each field that is wrong", () => {
    const costs = { ...wish().costs, taker: "x", slippage: "", latency: "60001", participation: "0" };
    const wrong = wish({ strategy: "", symbols: [], from: "2025-02-01", to: "2025-01-01", capital: "0.5", costs });
    expect(Object.keys(problemsOf(wrong)).sort()).toEqual([
      "capital",
      "latency",
      "participation",
      "slippage",
      "strategy",
      "symbols",
      "taker",
      "to",
    ]);
    expect(problemsOf(wish({ capital: "1e5" })).capital).toBeDefined();
    expect(problemsOf(wish({ from: "2025-13-01" })).from).toBeDefined();
  });
});

describe("requestOf", () => {
  it("includes the last day", () => {
    expect(windowOf({ from: "1970-01-02", to: "1970-01-02" })).toEqual({ start_ts: 86_400_000, end_ts: 172_800_000 });
    expect(windowOf({ from: "", to: "" })).toEqual({ start_ts: null, end_ts: null });
  });

  it("leaves fees to the instrument unless they are said", () => {
    const asked = requestOf(wish(), { name: "x" });
    expect(asked.costs).toMatchObject({
      taker_bps: null,
      maker_bps: null,
      slippage_bps: 2,
      latency_ms: 0,
      funding: true,
    });
    expect(asked).toMatchObject({ strategy: { name: "x" }, start_usd: "10000" });
    expect(asked).not.toHaveProperty("bot_id");
  });

  it("names a bot and its version", () => {
    expect(requestOf(wish({ strategy: "bot:b1", version: "3" }), undefined)).toMatchObject({
      bot_id: "b1",
      version: 3,
    });
    expect(requestOf(wish({ strategy: "bot:b1" }), undefined)).toMatchObject({ version: null });
  });
});

describe("costsOff", () => {
  it("says which are off", () => {
    expect(costsOff(wish().costs)).toEqual([]);
    expect(costsOff({ ...wish().costs, slippage: "0", maker: "0", funding: false })).toEqual([
      "slippage",
      "maker fee",
      "funding",
    ]);
  });
});

describe("lastDays", () => {
  it("ends with the last day that has a bar", () => {
    expect(lastDays(Date.parse("2025-07-01T00:00Z"), 30)).toEqual({ from: "2025-06-01", to: "2025-06-30" });
  });
});
