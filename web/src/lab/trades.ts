/** The list of trades: which are shown, and what they are measured by. */

import type { Trade } from "./document";
import { micros } from "./usd";

export interface TradeRow extends Trade {
  /** Its place in the document: closed trades by exit, from 1. */
  number: number;
  hours: number;
  /** PnL in % of the value at entry; null where there is none. */
  pnl_pct: number | null;
}

export type Outcome = "any" | "won" | "lost";

export interface TradeFilter {
  symbol: string;
  side: "" | Trade["side"];
  reason: string;
  outcome: Outcome;
}

export const NO_FILTER: TradeFilter = { symbol: "", side: "", reason: "", outcome: "any" };

const HOUR = 3_600_000;

export function tradeRows(trades: readonly Trade[]): TradeRow[] {
  return trades.map((trade, at) => ({
    ...trade,
    number: at + 1,
    hours: (trade.exit_ts - trade.entry_ts) / HOUR,
    pnl_pct: pnlPct(trade),
  }));
}

function pnlPct(trade: Trade): number | null {
  const value = Number(trade.qty) * Number(trade.entry_px);
  return value > 0 ? (100 * Number(trade.pnl_usd)) / value : null;
}

export function filterTrades(rows: readonly TradeRow[], filter: TradeFilter): TradeRow[] {
  return rows.filter(
    (row) =>
      (filter.symbol === "" || row.symbol === filter.symbol) &&
      (filter.side === "" || row.side === filter.side) &&
      (filter.reason === "" || row.exit_reason === filter.reason) &&
      matches(row, filter.outcome),
  );
}

function matches(row: TradeRow, outcome: Outcome): boolean {
  if (outcome === "any") {
    return true;
  }
  const pnl = micros(row.pnl_usd);
  return outcome === "won" ? pnl > 0n : pnl < 0n;
}

/** The values that a filter can choose from, sorted. */
export function choices(rows: readonly TradeRow[], key: "symbol" | "exit_reason"): string[] {
  return [...new Set(rows.map((row) => row[key]))].sort();
}
