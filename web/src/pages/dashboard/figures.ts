/** What the fleet comes to: sums, drawdowns, and its equity over time. */
import { sumUsd } from "@/format";
import type { FleetRow, FleetRun } from "./fleet";

export interface EquityPoint {
  ts: number;
  usd: number;
}

/** Percent below the highest so far, 0 or less, at each point. The capital is where it began. */
export function drawdowns(points: readonly EquityPoint[], capital: number): { ts: number; value: number }[] {
  let peak = capital;
  return points.map(({ ts, usd }) => {
    peak = Math.max(peak, usd);
    return { ts, value: peak > 0 ? (100 * (usd - peak)) / peak : 0 };
  });
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

/** For a drawing: what is shown in figures stays text. */
export const pointsOf = (run: FleetRun): EquityPoint[] =>
  run.equity.map((point) => ({ ts: point.ts, usd: Number(point.equity_usd) }));

/** Booked and unrealised; null where a position has no price. */
export const pnlOf = (run: FleetRun): string | null =>
  run.unrealised_usd === null ? null : sumUsd([run.booked_usd, run.unrealised_usd]);

/** In percent of the capital: a share, so that a float is fine. */
export function returnOf(run: FleetRun): number | null {
  const pnl = pnlOf(run);
  return pnl === null ? null : (100 * Number(pnl)) / Number(run.run.capital_usd);
}

/** What a stopped run kept is held like anything else. */
export const goesOn = (row: FleetRow): row is FleetRow & { current: FleetRun } =>
  row.current !== null && (row.current.run.state !== "stopped" || row.current.positions.length > 0);

/** Money is null where a part of it is not known, or where no run goes on. */
export interface Totals {
  runs: number;
  equity: string | null;
  booked: string | null;
  unrealised: string | null;
  capital: string | null;
  notional: string | null;
  running: number;
  paused: number;
  positions: number;
  /** The deepest, in percent. */
  drawdown: number | null;
  /** The farthest from its backtest, in bps of capital a day. */
  parity: number | null;
}

/** Of the runs that go on or hold something. */
export function totals(rows: readonly FleetRow[]): Totals {
  const kept = rows.filter(goesOn).map((row) => row.current);
  const positions = kept.flatMap((run) => run.positions);
  const parities = kept.flatMap((run) => (run.parity ? [run.parity.bps_a_day] : []));
  const depths = kept.map((run) => run.drawdown_pct).filter((depth) => depth !== null);
  return {
    runs: kept.length,
    equity: sumUsd(kept.map((run) => run.equity_usd)),
    booked: sumUsd(kept.map((run) => run.booked_usd)),
    unrealised: sumUsd(kept.map((run) => run.unrealised_usd)),
    capital: sumUsd(kept.map((run) => run.run.capital_usd)),
    notional: positions.length === 0 ? "0" : sumUsd(positions.map((position) => position.notional_usd)),
    running: kept.filter((run) => run.run.state === "active").length,
    paused: kept.filter((run) => run.run.state === "paused").length,
    positions: positions.length,
    drawdown: depths.length === 0 || depths.length < kept.length ? null : Math.min(...depths),
    parity:
      parities.length === 0
        ? null
        : parities.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst)),
  };
}
