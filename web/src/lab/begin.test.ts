import { describe, expect, it } from "vitest";
import type { Backtest, Bot } from "@/api/types";
import { askedText, beginning, likeBefore, type Template } from "./begin";
import type { Series } from "./markets";

const lake: Series[] = ["BTC", "ETH"].map((symbol) => ({
  venue: "demo",
  symbol,
  interval: "1h",
  first_ts: 0,
  last_ts: 1e12,
  rows: 1,
  size_bytes: 1,
}));
const scope = { venue: "demo", interval: "1h", symbols: ["ETH"] };
const template = { name: "breakout", title: "Breakout", description: "", strategy: { scope } } as Template;
const bot = { bot_id: "b1", name: "mine" } as Bot;

const before = {
  backtest_id: "t1",
  wanted: {
    strategy: { scope },
    start_ts: Date.parse("2025-03-01T00:00Z"),
    end_ts: Date.parse("2025-07-01T00:00Z"),
    start_usd: "5000",
    costs: {
      taker_bps: 5,
      maker_bps: null,
      slippage_bps: 2,
      impact: 0,
      latency_ms: 250,
      participation_pct: null,
      funding: false,
      touch: true,
    },
    allow_gaps: true,
  },
} as unknown as Backtest;

describe("beginning", () => {
  it("takes what the address names, and the first template where it names nothing", () => {
    const none = beginning({}, [bot], [template], lake, undefined);
    expect(none).toMatchObject({ strategy: "template:breakout", symbols: ["ETH"] });
    const named = beginning({ bot: "b1", version: "3" }, [bot], [template], lake, { ...scope, symbols: ["BTC"] });
    expect(named).toMatchObject({ strategy: "bot:b1", version: "3", symbols: ["BTC"] });
    expect(beginning({ bot: "gone" }, [bot], [], lake, undefined).strategy).toBe("");
  });
});

describe("likeBefore", () => {
  it("asks for the same again", () => {
    expect(likeBefore(before, lake)).toMatchObject({
      strategy: "before:t1",
      symbols: ["ETH"],
      from: "2025-03-01",
      to: "2025-06-30",
      capital: "5000",
      costs: { taker: "5", maker: "", latency: "250", participation: "", funding: false, touch: true },
      allow_gaps: true,
    });
  });
});

describe("askedText", () => {
  it("says where and when, the last day included", () => {
    expect(askedText(before)).toBe("demo 1h · ETH · 2025-03-01 → 2025-06-30");
  });
});
