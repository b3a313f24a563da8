import { describe, expect, it } from "vitest";
import { bestOf, figureText, LABELS, toneOf } from "./figures";

describe("bestOf", () => {
  it("knows which way is better", () => {
    expect(bestOf("sharpe", [1.2, 1.4, null])).toEqual([1]);
    expect(bestOf("fees_usd", ["10.00", "9.00"])).toEqual([1]);
    expect(bestOf("max_drawdown_pct", [-12, -4])).toEqual([1]);
    expect(bestOf("max_drawdown_pct", [12, 4])).toEqual([1]);
  });

  it("says nothing of what is neither good nor bad, of equals and of one", () => {
    expect(bestOf("trades", [10, 20])).toEqual([]);
    expect(bestOf("sharpe", [1, 1])).toEqual([]);
    expect(bestOf("sharpe", [1, null])).toEqual([]);
  });
});

describe("figureText", () => {
  it("carries units and signs", () => {
    expect(figureText("net_pnl_usd", "1234.5", "usd")).toBe("+$1,234.50");
    expect(figureText("max_drawdown_pct", -12.346, "%")).toBe("−12.35\u202f%");
    expect(figureText("trades", 1200, "trades")).toBe("1,200");
    expect(figureText("sharpe", 1.4, "")).toBe("1.40");
    expect(figureText("sharpe", 2, "")).toBe("2.00");
    expect(figureText("sharpe", null, "")).toBe("–");
    expect(figureText("net_pnl_usd", "-0.001", "usd")).toBe("$0.00");
    expect(figureText("longest_trade_hours", 30, "hours")).toBe("30.0 h");
  });
});

describe("names", () => {
  it("has one for each figure it colours", () => {
    expect(LABELS.net_pnl_usd).toBe("Net PnL");
    expect(toneOf("net_pnl_usd", "-1")).toBe("loss");
    expect(toneOf("sharpe", -1)).toBe("flat");
  });
});
