import { describe, expect, it } from "vitest";
import { type ChartPayload, curvesOf, pricesOf } from "./chart";

const payload: ChartPayload = {
  symbol: "BTC",
  decimals: 1,
  step_ms: 10,
  t: [0, 10],
  o: [1, 2],
  h: [3, 4],
  l: [0.5, 1],
  c: [2, 3],
  lines: [{ label: "SMA(2)", v: [null, 2.5] }],
  oscillators: [],
  levels: [],
  unit: "",
  equity: { step_ms: 10, t: [10, 20], low: [9, 9], high: [11, 11], last: [10, 9], drawdown: [0, -10], hold: [10, 12] },
};

describe("pricesOf", () => {
  it("puts columns together, and keeps what is not known unknown", () => {
    const { bars, lines, step_ms } = pricesOf(payload);
    expect(bars[1]).toEqual({ ts: 10, open: 2, high: 4, low: 1, close: 3 });
    expect(lines[0]?.points).toEqual([
      { ts: 0, value: null },
      { ts: 10, value: 2.5 },
    ]);
    expect(step_ms).toBe(10);
  });
});

describe("curvesOf", () => {
  it("draws equity before what holding would have made", () => {
    const { curves, drawdown } = curvesOf(payload);
    expect(curves.map((curve) => curve.faint ?? false)).toEqual([false, true]);
    expect(drawdown.map((point) => point.value)).toEqual([0, -10]);
  });
});
