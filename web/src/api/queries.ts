/** Questions that several pages ask. The first words of a key are what the stream's events make stale: see live/stale.ts. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: ({ signal }) => api.get("/api/v1/session", { signal }),
  staleTime: Infinity,
  retry: false,
});

export const botsQuery = queryOptions({
  queryKey: ["bots"],
  queryFn: ({ signal }) => api.get("/api/v1/bots", { query: { limit: 500 }, signal }),
});

export const botQuery = (botId: string) =>
  queryOptions({
    queryKey: ["bot", botId],
    queryFn: ({ signal }) => api.get("/api/v1/bots/{bot_id}", { path: { bot_id: botId }, signal }),
  });

export const versionsQuery = (botId: string) =>
  queryOptions({
    queryKey: ["bot", botId, "versions"],
    queryFn: ({ signal }) => api.get("/api/v1/bots/{bot_id}/versions", { path: { bot_id: botId }, signal }),
  });

export const runsQuery = queryOptions({
  queryKey: ["runs"],
  queryFn: ({ signal }) => api.get("/api/v1/runs", { query: { limit: 500 }, signal }),
});

export const accountsQuery = queryOptions({
  queryKey: ["accounts"],
  queryFn: ({ signal }) => api.get("/api/v1/accounts", { query: { limit: 500 }, signal }),
});

export const killsQuery = queryOptions({
  queryKey: ["kills"],
  queryFn: ({ signal }) => api.get("/api/v1/kills", { signal }),
  refetchInterval: 5_000,
});

export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  queryFn: ({ signal }) => api.get("/api/v1/strategies/templates", { signal }),
  staleTime: Infinity,
});
