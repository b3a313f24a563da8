/** Questions about one run. All begin with ["run", id]: an event of the run makes them stale. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

const path = (runId: string) => ({ path: { run_id: runId } });
/** The market moves what is held and what the run is worth, of which its stream says nothing. */
const MARKET_MS = 5_000;
const NEWEST = { newest: true, limit: 200 } as const;

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}", { ...path(runId), signal }),
  });

export const healthQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "health"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/health", { ...path(runId), signal }),
  });

export const metricsQuery = (runId: string) =>
  queryOptions({
    refetchInterval: MARKET_MS,
    queryKey: ["run", runId, "metrics"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/metrics", { ...path(runId), signal }),
  });

export const positionsQuery = (runId: string) =>
  queryOptions({
    refetchInterval: MARKET_MS,
    queryKey: ["run", runId, "positions"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/positions", { ...path(runId), signal }),
  });

export const ordersQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "orders"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/orders", { ...path(runId), query: NEWEST, signal }),
  });

export const fillsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "fills"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/fills", { ...path(runId), query: NEWEST, signal }),
  });

export const closuresQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "closures"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/closures", { ...path(runId), query: NEWEST, signal }),
  });

export const decisionsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "decisions"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/decisions", { ...path(runId), query: NEWEST, signal }),
  });

export const eventsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "events"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/events", { ...path(runId), query: NEWEST, signal }),
  });

/** Without a report before the first measurement. */
export const parityQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "parity"],
    queryFn: ({ signal }) => api.get("/api/v1/runs/{run_id}/parity", { ...path(runId), signal }),
  });
