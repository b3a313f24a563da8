/** Every bot with how it stands: one row each, gathered from the API. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Account, Bot, Health, Model, Position, Run } from "@/api/types";
import { currentRun } from "@/runs/words";

export interface FleetRow {
  bot: Bot;
  run: Run | null;
  account: Account | null;
  health: Health | null;
  metrics: Model<"MetricsModel"> | null;
  parity: Parity | null;
  positions: readonly Position[];
  /** Oldest first. */
  equity: readonly EquityPoint[];
  lastDecisionTs: number | null;
}

export interface Parity {
  ts: number;
  bpsADay: number;
}

export interface EquityPoint {
  ts: number;
  usd: number;
}

const NOTHING = { health: null, metrics: null, parity: null, positions: [], equity: [], lastDecisionTs: null } as const;

async function rowOf(bot: Bot, run: Run | null, account: Account | null, signal: AbortSignal): Promise<FleetRow> {
  if (!run) return { bot, run, account, ...NOTHING };
  const asked = { path: { run_id: run.run_id }, signal };
  const newest = { newest: true, limit: 300 } as const;
  const [health, metrics, parity, positions, equity] = await Promise.all([
    api.get("/api/v1/runs/{run_id}/health", asked),
    api.get("/api/v1/runs/{run_id}/metrics", asked),
    api.get("/api/v1/runs/{run_id}/parity", asked),
    api.get("/api/v1/runs/{run_id}/positions", asked),
    api.get("/api/v1/runs/{run_id}/equity", { ...asked, query: newest }),
  ]);
  const points = equity.items.map((point) => ({ ts: point.ts, usd: Number(point.equity_usd) })).reverse();
  return {
    bot,
    run,
    account,
    health,
    metrics,
    parity: parity.ts === null || parity.report === null ? null : { ts: parity.ts, bpsADay: bpsOf(parity.report) },
    positions: positions.items,
    equity: points,
    lastDecisionTs: points.at(-1)?.ts ?? null,
  };
}

function bpsOf(report: Record<string, unknown>): number {
  return (report.bps_a_day as { total?: number } | undefined)?.total ?? 0;
}

export const fleetQuery = queryOptions({
  queryKey: ["fleet"],
  queryFn: async ({ signal }): Promise<FleetRow[]> => {
    const all = { query: { limit: 500 }, signal };
    const [bots, runs, accounts] = await Promise.all([
      api.get("/api/v1/bots", all),
      api.get("/api/v1/runs", all),
      api.get("/api/v1/accounts", all),
    ]);
    return Promise.all(
      bots.items.map((bot) => {
        const run = currentRun(runs.items.filter((each) => each.bot_id === bot.bot_id));
        const account = accounts.items.find((each) => each.account_id === run?.account_id) ?? null;
        return rowOf(bot, run, account, signal);
      }),
    );
  },
});
