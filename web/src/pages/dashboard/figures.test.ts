import { describe, expect, it } from "vitest";
import { alerts, drawdownNow, drawdowns, together, totals } from "./figures";
import type { FleetRow } from "./fleet";

const at = (...values: number[]) => values.map((usd, ts) => ({ ts, usd }));

it("measures drawdown from the peak, which is the capital at first", () => {
  expect(drawdowns(at(100, 110, 99)).map(({ value }) => value)).toEqual([0, 0, -10]);
  expect(drawdownNow(at(90), "100")).toBe(-10);
  expect(drawdownNow([], "100")).toBeNull();
});

it("adds runs that were valued at different times, by the last value of each", () => {
  const parts = [
    {
      capital: 100,
      points: [
        { ts: 1, usd: 101 },
        { ts: 3, usd: 103 },
      ],
    },
    { capital: 50, points: [{ ts: 2, usd: 49 }] },
  ];
  expect(together(parts)).toEqual([
    { ts: 1, usd: 151 },
    { ts: 2, usd: 150 },
    { ts: 3, usd: 152 },
  ]);
});

const row = (changed: object): FleetRow =>
  ({
    bot: { bot_id: "b", name: "B" },
    run: { state: "active", capital_usd: "100" },
    health: null,
    metrics: null,
    parity: null,
    positions: [],
    equity: [],
    ...changed,
  }) as unknown as FleetRow;

describe("the fleet", () => {
  it("counts what goes on, to the last cent", () => {
    const rows = [
      row({ metrics: { equity_usd: "100.10", pnl_usd: "0.10" }, parity: { bpsADay: 1 } }),
      row({ metrics: { equity_usd: "99.80", pnl_usd: "-0.20" }, parity: { bpsADay: -3 }, positions: [{}] }),
      row({ run: { state: "stopped" }, metrics: { equity_usd: "7", pnl_usd: "7" } }),
    ];
    expect(totals(rows)).toMatchObject({
      equity: "199.900000",
      pnl: "-0.100000",
      running: 2,
      positions: 1,
      parity: -3,
    });
  });
  it("says what wants a person", () => {
    const health = { condition: "degraded", reasons: ["the feed is silent"], unprotected: ["BTC"] };
    expect(alerts([row({ health })]).map(({ text }) => text)).toEqual([
      "the feed is silent",
      "the position in BTC has no acknowledged stop",
    ]);
    expect(alerts([row({ health: { ...health, reasons: [], unprotected: [] } })])).toEqual([]);
  });
});
