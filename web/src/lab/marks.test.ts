import { describe, expect, it } from "vitest";
import type { OpenPosition, Trade } from "./document";
import { openLevels, openMarks, tradeMarks } from "./marks";

const trade: Trade = {
  symbol: "BTC",
  side: "short",
  qty: "0.5",
  entry_ts: 1,
  entry_px: "61000",
  exit_ts: 2,
  exit_px: "60000",
  exit_reason: "take_profit",
  fees_usd: "1",
  funding_usd: "0",
  pnl_usd: "499",
};

describe("tradeMarks", () => {
  it("says why it ended and what came of it", () => {
    const [entry, exit] = tradeMarks([trade], "BTC");
    expect(entry).toMatchObject({ id: "entry-1", ts: 1, px: 61000, kind: "entry", side: "short" });
    expect(exit).toMatchObject({ id: "exit-1", px: 60000, tone: "profit" });
    expect(exit?.text).toBe("Exit short 0.5 at 60,000, take profit, +$499.00");
  });

  it("draws one entry that was closed in parts once, and leaves other symbols out", () => {
    const parts = [trade, { ...trade, exit_ts: 3, pnl_usd: "-1" }, { ...trade, symbol: "ETH" }];
    expect(tradeMarks(parts, "BTC").map((mark) => mark.id)).toEqual(["entry-1", "exit-1", "exit-2"]);
    expect(tradeMarks(parts, "ETH").map((mark) => mark.id)).toEqual(["entry-3", "exit-3"]);
  });
});

describe("what is open at the end", () => {
  const position: OpenPosition = {
    symbol: "BTC",
    side: "long",
    qty: "1",
    entry_ts: 5,
    entry_px: "100",
    unrealised_usd: "1",
    stop_px: "90",
    take_px: null,
  };

  it("has its entry and the levels that there are", () => {
    expect(openMarks({ open_positions: [position] }, "BTC")).toHaveLength(1);
    expect(openLevels({ open_positions: [position] }, "BTC")).toMatchObject([{ kind: "stop", px: 90, until_ts: null }]);
    expect(openLevels({ open_positions: [position] }, "ETH")).toEqual([]);
  });
});
