/** The chart of a backtest as the server draws it: price with the strategy's indicators, and equity of every bar. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Model } from "@/api/types";
import type { Bar, Line, Point } from "@/charts";

export type ChartPayload = Model<"ChartModel">;

export const chartQuery = (id: string, symbol: string) =>
  queryOptions({
    queryKey: ["chart", id, symbol],
    queryFn: ({ signal }) =>
      api.get("/api/v1/backtests/{backtest_id}/chart", { path: { backtest_id: id }, query: { symbol }, signal }),
    staleTime: Infinity,
  });

interface Prices {
  bars: Bar[];
  step_ms: number;
  decimals: number;
  lines: Line[];
  oscillators: Line[];
  thresholds: number[];
}

export function pricesOf(payload: ChartPayload): Prices {
  const bars = payload.t.map((ts, at) => ({
    ts,
    open: payload.o[at] ?? Number.NaN,
    high: payload.h[at] ?? Number.NaN,
    low: payload.l[at] ?? Number.NaN,
    close: payload.c[at] ?? Number.NaN,
  }));
  const line = ({ label, v }: { label: string; v: (number | null)[] }): Line => ({
    label,
    points: points(payload.t, v),
  });
  return {
    bars,
    step_ms: payload.step_ms,
    decimals: payload.decimals,
    lines: payload.lines.map(line),
    oscillators: payload.oscillators.map(line),
    thresholds: payload.levels,
  };
}

export function curvesOf({ equity }: ChartPayload) {
  return {
    curves: [
      { label: "Equity", points: points(equity.t, equity.last) },
      { label: "Buy and hold, no costs", points: points(equity.t, equity.hold), faint: true },
    ],
    drawdown: points(equity.t, equity.drawdown),
  };
}

function points(stamps: readonly number[], values: readonly (number | null)[]): Point[] {
  return stamps.map((ts, at) => ({ ts, value: values[at] ?? null }));
}
