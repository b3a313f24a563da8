/** What the fleet comes to: sums, drawdowns, and what wants a person. */
import { sumUsd } from "@/format";
import type { EquityPoint, FleetRow } from "./fleet";

/** Percent below the highest so far, 0 or less, at each point. The capital is where it began. */
export function drawdowns(points: readonly EquityPoint[], capital?: number): { ts: number; value: number }[] {
  let peak = capital ?? -Infinity;
  return points.map(({ ts, usd }) => {
    peak = Math.max(peak, usd);
    return { ts, value: peak > 0 ? (100 * (usd - peak)) / peak : 0 };
  });
}

/** The newest; null before the first point. */
export function drawdownNow(points: readonly EquityPoint[], capital: string | undefined): number | null {
  return drawdowns(points, capital === undefined ? undefined : Number(capital)).at(-1)?.value ?? null;
}

/** All together: at each moment that one of them was valued, each by its value then, or its capital before its first. */
export function together(parts: readonly { points: readonly EquityPoint[]; capital: number }[]): EquityPoint[] {
  const moments = [...new Set(parts.flatMap((part) => part.points.map((point) => point.ts)))].sort((a, b) => a - b);
  const at = parts.map(() => 0);
  const values = parts.map((part) => part.capital);
  return moments.map((ts) => {
    parts.forEach((part, n) => {
      let next = part.points[at[n] ?? 0];
      while (next && next.ts <= ts) {
        values[n] = next.usd;
        at[n] = (at[n] ?? 0) + 1;
        next = part.points[at[n] ?? 0];
      }
    });
    return { ts, usd: values.reduce((sum, value) => sum + value, 0) };
  });
}

export interface Totals {
  equity: string | null;
  pnl: string | null;
  capital: string | null;
  running: number;
  paused: number;
  positions: number;
  /** The farthest from its backtest, in bps of capital a day. */
  parity: number | null;
}

/** Of the runs that go on. */
export function totals(rows: readonly FleetRow[]): Totals {
  const kept = rows.filter((row) => row.run && row.run.state !== "stopped");
  const parities = kept.flatMap((row) => (row.parity ? [row.parity.bpsADay] : []));
  return {
    equity: sumUsd(kept.map((row) => row.metrics?.equity_usd ?? row.run?.capital_usd)),
    pnl: sumUsd(kept.map((row) => row.metrics?.pnl_usd)),
    capital: sumUsd(kept.map((row) => row.run?.capital_usd)),
    running: kept.filter((row) => row.run?.state === "active").length,
    paused: kept.filter((row) => row.run?.state === "paused").length,
    positions: kept.reduce((sum, row) => sum + row.positions.length, 0),
    parity:
      parities.length === 0
        ? null
        : parities.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst)),
  };
}

export interface Alert {
  key: string;
  botId: string;
  name: string;
  text: string;
  bad: boolean;
}

/** What stands in a run's way, and positions without a stop at the venue. */
export function alerts(rows: readonly FleetRow[]): Alert[] {
  return rows.flatMap((row) => {
    const health = row.health;
    if (!health || !row.run || row.run.state === "stopped") return [];
    const bad = health.condition === "failed";
    const told = health.condition === "paused" ? health.reasons.slice(1) : health.reasons;
    const bare = health.unprotected.map((symbol) => `the position in ${symbol} has no acknowledged stop`);
    return [...told, ...bare].map((text, at) => ({
      key: `${row.bot.bot_id} ${at}`,
      botId: row.bot.bot_id,
      name: row.bot.name,
      text,
      bad,
    }));
  });
}
