/** The bars that a run saw, for the chart. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Model } from "@/api/types";
import type { Bar } from "@/charts";

export const BARS = 500;

export type Columns = Model<"CandlesModel">;

const known = (value: number | null | undefined): value is number => value !== null && value !== undefined;

/** Bars that are missing are missing: a chart leaves a gap. */
export function barsOf(columns: Pick<Columns, "ts" | "open" | "high" | "low" | "close">): Bar[] {
  return columns.ts.flatMap((ts, row) => {
    const [open, high, low, close] = [columns.open[row], columns.high[row], columns.low[row], columns.close[row]];
    return known(open) && known(high) && known(low) && known(close) ? [{ ts, open, high, low, close }] : [];
  });
}

/** A market that is played back fast brings a bar a second; the feed has no stream of its own. */
export const candlesQuery = (runId: string, symbol: string) =>
  queryOptions({
    queryKey: ["candles", runId, symbol],
    queryFn: ({ signal }) =>
      api.get("/api/v1/runs/{run_id}/candles", { path: { run_id: runId }, query: { symbol, limit: BARS }, signal }),
    refetchInterval: 3_000,
    enabled: symbol !== "",
  });
