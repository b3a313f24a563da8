import { describe, expect, it } from "vitest";
import { drawdowns, pnlOf, returnOf, together, totals } from "./figures";
import type { FleetRow } from "./fleet";

const at = (...values: number[]) => values.map((usd, ts) => ({ ts, usd }));

it("measures drawdown from the peak, which is the capital at first", () => {
  expect(drawdowns(at(100, 110, 99), 100).map(({ value }) => value)).toEqual([0, 0, -10]);
  expect(drawdowns(at(90), 100).map(({ value }) => value)).toEqual([-10]);
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

const row = (current: object | null): FleetRow =>
  ({
    bot: { bot_id: "b", name: "B" },
    account: "paper",
    current: current && {
      run: { state: "active", capital_usd: "100" },
      booked_usd: "0",
      unrealised_usd: "0",
      equity_usd: "100",
      drawdown_pct: 0,
      parity: null,
      positions: [],
      equity: [],
      ...current,
    },
  }) as unknown as FleetRow;

describe("the fleet", () => {
  it("counts what goes on, to the last cent", () => {
    const rows = [
      row({ equity_usd: "100.10", booked_usd: "0.30", unrealised_usd: "-0.20", parity: { bps_a_day: 1 } }),
      row({
        equity_usd: "99.80",
        booked_usd: "-0.20",
        parity: { bps_a_day: -3 },
        drawdown_pct: -0.5,
        positions: [{ notional_usd: "7" }],
      }),
      row({ run: { state: "stopped", capital_usd: "9" }, equity_usd: "7", booked_usd: "7" }),
      row(null),
    ];
    expect(totals(rows)).toMatchObject({
      equity: "199.900000",
      booked: "0.100000",
      unrealised: "-0.200000",
      capital: "200.000000",
      notional: "7.000000",
      running: 2,
      positions: 1,
      drawdown: -0.5,
      parity: -3,
    });
  });
  it("counts what a stopped run kept", () => {
    const stopped = { state: "stopped", capital_usd: "100" };
    const rows = [
      row({ run: stopped, unrealised_usd: "-3", positions: [{ notional_usd: "40" }] }),
      row({ run: stopped }),
    ];
    expect(totals(rows)).toMatchObject({ runs: 1, running: 0, unrealised: "-3.000000", notional: "40.000000" });
  });
  it("makes no sum of which a part is not known", () => {
    const unpriced = {
      unrealised_usd: null,
      equity_usd: null,
      drawdown_pct: null,
      positions: [{ notional_usd: null }],
    };
    expect(totals([row({ drawdown_pct: -2 }), row(unpriced)])).toMatchObject({
      runs: 2,
      equity: null,
      booked: "0.000000",
      unrealised: null,
      capital: "200.000000",
      notional: null,
      drawdown: null,
    });
    expect(totals([row({})])).toMatchObject({ notional: "0", drawdown: 0 });
    expect(totals([])).toMatchObject({ runs: 0, equity: null, notional: "0", drawdown: null });
  });
  it("knows no profit where a position has no price", () => {
    const [known, unknown] = [row({ booked_usd: "1", unrealised_usd: "2" }), row({ unrealised_usd: null })];
    expect([known, unknown].map((each) => each.current && pnlOf(each.current))).toEqual(["3.000000", null]);
    expect([known, unknown].map((each) => each.current && returnOf(each.current))).toEqual([3, null]);
  });
});
