/** Questions about accounts; the first words of their keys are what events make stale. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

export const accountQuery = (id: string) =>
  queryOptions({
    queryKey: ["account", id],
    queryFn: ({ signal }) => api.get("/api/v1/accounts/{account_id}", { path: { account_id: id }, signal }),
  });

export const connectionsQuery = queryOptions({
  queryKey: ["accounts", "connections"],
  queryFn: ({ signal }) => api.get("/api/v1/connections", { query: { limit: 500 }, signal }),
});

export const connectionQuery = (id: string) =>
  queryOptions({
    queryKey: ["account", id, "connection"],
    queryFn: ({ signal }) => api.get("/api/v1/accounts/{account_id}/connection", { path: { account_id: id }, signal }),
  });

export const draftsQuery = (id: string) =>
  queryOptions({
    queryKey: ["account", id, "drafts"],
    queryFn: ({ signal }) =>
      api.get("/api/v1/accounts/{account_id}/connection/drafts", { path: { account_id: id }, signal }),
  });

/** It asks the signer and the venue, so only when a person wants it. */
export const checklistQuery = (id: string) =>
  queryOptions({
    queryKey: ["checklist", id],
    queryFn: ({ signal }) =>
      api.get("/api/v1/accounts/{account_id}/live/checklist", { path: { account_id: id }, signal }),
    enabled: false,
    retry: false,
    gcTime: 60_000,
  });
