/** Questions of the lab and of the data page. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Backtest } from "@/api/types";
import type { ResultDocument } from "./document";

const BUSY_MS = 400;
const HISTORY = 100;

/** Whether it still comes to something. */
export const unfinished = (backtest: Pick<Backtest, "state">): boolean =>
  backtest.state === "queued" || backtest.state === "running";

export const backtestsQuery = queryOptions({
  queryKey: ["backtests"],
  queryFn: ({ signal }) => api.get("/api/v1/backtests", { query: { limit: HISTORY }, signal }),
  refetchInterval: ({ state }) => (state.data?.items.some(unfinished) ? 4 * BUSY_MS : false),
});

export const backtestQuery = (id: string) =>
  queryOptions({
    queryKey: ["backtest", id],
    queryFn: ({ signal }) => api.get("/api/v1/backtests/{backtest_id}", { path: { backtest_id: id }, signal }),
    refetchInterval: ({ state }) => (state.data && unfinished(state.data) ? BUSY_MS : false),
  });

/** It never changes once it is there. */
export const resultQuery = (id: string) =>
  queryOptions({
    queryKey: ["result", id],
    queryFn: async ({ signal }) => {
      const path = { backtest_id: id };
      return (await api.get("/api/v1/backtests/{backtest_id}/result", { path, signal })) as unknown as ResultDocument;
    },
    staleTime: Infinity,
  });

export const compareQuery = (ids: readonly string[]) =>
  queryOptions({
    queryKey: ["compare", ...ids],
    queryFn: ({ signal }) => api.get("/api/v1/backtests/compare", { query: { ids: [...ids] }, signal }),
    staleTime: Infinity,
  });

export const seriesQuery = queryOptions({
  queryKey: ["series"],
  queryFn: ({ signal }) => api.get("/api/v1/data/series", { signal }),
});

/** It reads all bars of a venue, so it is asked for only where it is shown. */
export const coverageQuery = (venue: string, interval: string) =>
  queryOptions({
    queryKey: ["coverage", venue, interval],
    queryFn: ({ signal }) => api.get("/api/v1/data/coverage", { query: { venue, interval }, signal }),
    staleTime: 300_000,
    enabled: venue !== "" && interval !== "",
  });
