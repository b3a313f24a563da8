import { describe, expect, it } from "vitest";
import type { Backtest } from "@/api/types";
import { differences, figureGroups, growthCurves, namesOf } from "./comparison";

function backtest(strategy_name: string, wanted: object = {}): Backtest {
  const scope = { venue: "demo", interval: "1h", symbols: ["BTC"] };
  return {
    strategy_name,
    wanted: { strategy: { scope }, start_ts: null, end_ts: null, start_usd: "10000", costs: {}, ...wanted },
  } as unknown as Backtest;
}

describe("namesOf", () => {
  it("numbers those that have one name", () => {
    expect(namesOf([backtest("A"), backtest("B"), backtest("A")])).toEqual(["A #1", "B", "A #2"]);
  });
});

describe("figureGroups", () => {
  it("marks the best and keeps the report's order", () => {
    const groups = figureGroups([
      { name: "sharpe", unit: "", values: [1, 2] },
      { name: "net_pnl_usd", unit: "usd", values: ["5.00", "-1.00"] },
    ]);
    expect(groups.map(({ group }) => group)).toEqual(["Account", "Risk"]);
    expect(groups[0]?.rows[0]?.best).toEqual([0]);
    expect(groups[1]?.rows[0]?.best).toEqual([1]);
  });
});

describe("growthCurves", () => {
  it("begin at zero whatever the capital", () => {
    const doc = (start: string, end: string) =>
      ({ account: { start_usd: start }, tape: { start_ts: 0 }, equity: [{ ts: 1, usd: end }] }) as never;
    const curves = growthCurves([doc("100", "110"), doc("1000", "900")], ["A", "B"]);
    expect(curves.map((curve) => curve.points.map((point) => point.value))).toEqual([
      [0, expect.closeTo(10)],
      [0, expect.closeTo(-10)],
    ]);
  });
});

describe("differences", () => {
  it("says what makes them hard to compare", () => {
    expect(differences([backtest("A"), backtest("B")])).toEqual([]);
    const other = backtest("B", { start_ts: 0, end_ts: 864e5, costs: { impact: 1 }, start_usd: "5" });
    expect(differences([backtest("A"), other])).toHaveLength(3);
  });
});
