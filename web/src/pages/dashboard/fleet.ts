/** Every bot with how it stands, in one answer. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Model } from "@/api/types";

export type FleetRow = Model<"FleetRow">;
export type FleetRun = Model<"FleetRun">;
export type Alert = Model<"AlertModel">;

export interface Fleet {
  rows: readonly FleetRow[];
  alerts: readonly Alert[];
}

export const fleetQuery = queryOptions({
  queryKey: ["fleet"],
  refetchInterval: 5_000, // the market moves what positions are worth, of which no stream says a word
  queryFn: async ({ signal }): Promise<Fleet> => {
    const rows: FleetRow[] = [];
    const alerts: Alert[] = [];
    let after: string | null = null;
    do {
      const page: Model<"FleetModel"> = await api.get("/api/v1/fleet", {
        query: after === null ? {} : { after },
        signal,
      });
      rows.push(...page.items);
      alerts.push(...page.alerts);
      after = page.next;
    } while (after !== null);
    return { rows, alerts };
  },
});

/** A bot may have several runs that go on. */
export const rowKey = (row: FleetRow): string => row.current?.run.run_id ?? row.bot.bot_id;
