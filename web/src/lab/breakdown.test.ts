import { describe, expect, it } from "vitest";
import { busiest, bySymbol, costSplit, endings } from "./breakdown";
import type { Trade } from "./document";

const HOUR = 3_600_000;

function trade(over: Partial<Trade>): Trade {
  return {
    symbol: "BTC",
    side: "long",
    qty: "1",
    entry_ts: 0,
    entry_px: "1",
    exit_ts: HOUR,
    exit_px: "1",
    exit_reason: "stop_loss",
    fees_usd: "0",
    funding_usd: "0",
    pnl_usd: "0",
    ...over,
  };
}

const metric = (value: string) => ({ value, unit: "usd", basis: "", n: 1 });

describe("costSplit", () => {
  it("adds up to the net, to the last place", () => {
    const metrics = { net_pnl_usd: metric("10.10"), fees_usd: metric("2.000001"), funding_usd: metric("-0.50") };
    expect(costSplit({ metrics })).toEqual({
      gross_usd: "12.600001",
      fees_usd: "-2.000001",
      funding_usd: "-0.50",
      net_usd: "10.10",
      fee_share: expect.closeTo(0.1587),
    });
  });

  it("knows no share of a loss", () => {
    const metrics = { net_pnl_usd: metric("-5"), fees_usd: metric("2"), funding_usd: metric("0") };
    expect(costSplit({ metrics }).fee_share).toBeNull();
  });
});

describe("endings", () => {
  it("groups by reason, the most common first", () => {
    const rows = endings([
      trade({ exit_reason: "take_profit", pnl_usd: "3" }),
      trade({ pnl_usd: "-1" }),
      trade({ pnl_usd: "0.5" }),
    ]);
    expect(rows).toEqual([
      { reason: "stop_loss", count: 2, won: 1, pnl_usd: "-0.50", average_usd: "-0.25" },
      { reason: "take_profit", count: 1, won: 1, pnl_usd: "3.00", average_usd: "3.00" },
    ]);
  });
});

describe("bySymbol", () => {
  it("counts time once that two trades share", () => {
    const tape = { symbols: ["BTC", "ETH"], start_ts: 0, end_ts: 10 * HOUR } as never;
    const trades = [trade({ exit_ts: 2 * HOUR }), trade({ entry_ts: HOUR, exit_ts: 3 * HOUR, pnl_usd: "-1" })];
    expect(bySymbol({ tape, trades })).toEqual([
      { symbol: "ETH", count: 0, pnl_usd: "0.00", exposure: 0 },
      { symbol: "BTC", count: 2, pnl_usd: "-1.00", exposure: 0.3 },
    ]);
  });
});

describe("busiest", () => {
  it("is the symbol that traded most, or the first", () => {
    const tape = { symbols: ["BTC", "ETH"] } as never;
    expect(busiest({ tape, trades: [trade({ symbol: "ETH" })] })).toBe("ETH");
    expect(busiest({ tape, trades: [] })).toBe("BTC");
  });
});
