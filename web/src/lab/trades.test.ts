import { describe, expect, it } from "vitest";
import type { Trade } from "./document";
import { choices, filterTrades, NO_FILTER, tradeRows } from "./trades";

const HOUR = 3_600_000;

function trade(over: Partial<Trade> = {}): Trade {
  return {
    symbol: "BTC",
    side: "long",
    qty: "0.5",
    entry_ts: 0,
    entry_px: "100",
    exit_ts: 3 * HOUR,
    exit_px: "110",
    exit_reason: "take_profit",
    fees_usd: "0.10",
    funding_usd: "-0.01",
    pnl_usd: "4.89",
    ...over,
  };
}

const rows = tradeRows([
  trade(),
  trade({ symbol: "ETH", pnl_usd: "-2.00", exit_reason: "stop_loss" }),
  trade({ side: "short", pnl_usd: "10.5", exit_ts: HOUR }),
  trade({ symbol: "ETH", pnl_usd: "0.00" }),
]);

describe("tradeRows", () => {
  it("numbers them and measures them by the value at entry", () => {
    expect(rows[0]).toMatchObject({ number: 1, hours: 3 });
    expect(rows[0]?.pnl_pct).toBeCloseTo(9.78);
    expect(tradeRows([trade({ qty: "0" })])[0]?.pnl_pct).toBeNull();
  });
});

describe("filterTrades", () => {
  it("takes all filters at once", () => {
    const numbers = (filter: object) => filterTrades(rows, { ...NO_FILTER, ...filter }).map((row) => row.number);
    expect(numbers({})).toEqual([1, 2, 3, 4]);
    expect(numbers({ symbol: "ETH" })).toEqual([2, 4]);
    expect(numbers({ outcome: "won" })).toEqual([1, 3]);
    expect(numbers({ outcome: "lost" })).toEqual([2]);
    expect(numbers({ side: "short", outcome: "lost" })).toEqual([]);
    expect(numbers({ reason: "stop_loss" })).toEqual([2]);
  });
});

describe("choices", () => {
  it("offers what there is", () => {
    expect(choices(rows, "symbol")).toEqual(["BTC", "ETH"]);
  });
});
