/** Where a strategy asks to be run. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

export const feedsQuery = queryOptions({
  queryKey: ["feeds"],
  queryFn: ({ signal }) => api.get("/api/v1/feeds", { signal }),
});

/** "demo 1h" of a strategy document; nothing where it does not say. */
export function targetOf(strategy: Record<string, unknown>): string {
  const scope = (strategy.scope ?? strategy) as Record<string, unknown>;
  return [scope.venue, scope.interval].filter((part) => typeof part === "string").join(" ");
}
