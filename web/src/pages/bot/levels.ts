/** What was watched over a position: entry, stop, target and trailing stop, as the chart draws them. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Model, Position } from "@/api/types";
import type { Level } from "@/charts";
import { date, price, time } from "@/format";
import { nearest } from "@/runs/nearest";

export type Told = Model<"LevelModel">;

const NAMES: Record<Told["kind"], string> = { entry: "Entry", stop: "Stop", target: "Target", trail: "Trailing stop" };

/** Only levels that can be in sight: those that stood when the first bar opened, or later. */
export const levelsQuery = (runId: string, symbol: string, from_ts: number) =>
  queryOptions({
    queryKey: ["run", runId, "levels", symbol, from_ts],
    queryFn: ({ signal }) =>
      api.get("/api/v1/runs/{run_id}/levels", { path: { run_id: runId }, query: { symbol, from_ts }, signal }),
    enabled: symbol !== "",
  });

/** Of stop and trailing stop the nearer one protects, where one covers the position. `now`: time of the newest bar. */
export function levelsOf(told: readonly Told[], position: Position | undefined, now: number): Level[] {
  const covered = position?.protection === "protected";
  const protects = covered ? nearest(position.side, position.stop_px, position.trail_px)[1] : null;
  return told.map((one) => ({
    id: `${one.kind} ${one.since_ts}`,
    kind: one.kind,
    px: Number(one.px),
    since_ts: one.since_ts,
    until_ts: one.until_ts,
    text: textOf(one, one.until_ts === null && one.kind === protects, now),
  }));
}

function textOf(one: Told, protects: boolean, now: number): string {
  const since =
    date(one.order_ts) === date(now) ? time(one.order_ts) : `${date(one.order_ts).slice(5)} ${time(one.order_ts)}`;
  return `${NAMES[one.kind]} ${price(one.px)}, ${protects ? "protected since" : "since"} ${since}`;
}
