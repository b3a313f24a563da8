/** The list of trades: which are shown, in which order, and what they are called. */

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

export type SortKey = "number" | "symbol" | "side" | "entry_ts" | "exit_ts" | "hours" | "exit_reason" | "pnl_usd" | "pnl_pct";

export interface Sorting {
  key: SortKey;
  descending: boolean;
}

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

/** A sorted copy; equal rows stay in the order of the document. */
export function sortTrades(rows: readonly TradeRow[], { key, descending }: Sorting): TradeRow[] {
  const sorted = [...rows].sort((one, other) => order(one, other, key) || one.number - other.number);
  return descending ? sorted.reverse() : sorted;
}

function order(one: TradeRow, other: TradeRow, key: SortKey): number {
  switch (key) {
    case "pnl_usd":
      return compare(micros(one.pnl_usd), micros(other.pnl_usd));
    case "pnl_pct":
      return compare(one.pnl_pct ?? Number.NEGATIVE_INFINITY, other.pnl_pct ?? Number.NEGATIVE_INFINITY);
    default:
      return compare(one[key], other[key]);
  }
}

function compare<T extends number | bigint | string>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The values that a filter can choose from, sorted. */
export function choices(rows: readonly TradeRow[], key: "symbol" | "exit_reason"): string[] {
  return [...new Set(rows.map((row) => row[key]))].sort();
}
