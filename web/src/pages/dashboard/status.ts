/** What the process says of itself. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

export interface Status {
  getting_ready: string | null;
  daily_pnl: string;
  feeds: { feed: string; last_ts: number | null; stale_since_ts: number | null; bars: number }[];
}

export const statusQuery = queryOptions({
  queryKey: ["status"],
  queryFn: async ({ signal }) => (await api.get("/api/v1/status", { signal })) as unknown as Status,
  refetchInterval: 4_000,
});
