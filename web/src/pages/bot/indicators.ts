/** The indicators that the strategy reads, as the chart draws them. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Model } from "@/api/types";
import type { Line } from "@/charts";
import { BARS } from "./candles";

/** They move with the bars: `newest` is the open of the last one. */
export const indicatorsQuery = (runId: string, symbol: string, newest: number) =>
  queryOptions({
    queryKey: ["indicators", runId, symbol, newest],
    queryFn: ({ signal }) =>
      api.get("/api/v1/runs/{run_id}/indicators", { path: { run_id: runId }, query: { symbol, limit: BARS }, signal }),
    enabled: symbol !== "" && newest > 0,
    staleTime: Infinity,
    gcTime: 10_000,
  });

interface Drawn {
  lines: Line[];
  oscillators: Line[];
  thresholds: number[];
}

const NOTHING: Drawn = { lines: [], oscillators: [], thresholds: [] };

export function drawnOf(told: Model<"IndicatorsModel"> | undefined): Drawn {
  if (!told) return NOTHING;
  const of = (pane: string): Line[] =>
    told.lines
      .filter((line) => line.pane === pane)
      .map(({ label, values }) => ({ label, points: told.ts.map((ts, row) => ({ ts, value: values[row] ?? null })) }));
  return { lines: of("price"), oscillators: of("own"), thresholds: told.thresholds };
}
