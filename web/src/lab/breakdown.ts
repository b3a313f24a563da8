/** What did it cost, and how did trades end? */

import type { ResultDocument, Trade } from "./document";
import { micros, sum, usd } from "./usd";

export interface CostSplit {
  gross_usd: string;
  fees_usd: string;
  funding_usd: string;
  net_usd: string;
  /** Fees by gross profit, as a fraction; null where nothing was earned before costs. */
  fee_share: number | null;
}

/** Net is what equity came to; gross is that before fees (paid) and funding (received). */
export function costSplit(doc: Pick<ResultDocument, "metrics">): CostSplit {
  const [net, fees, funding] = ["net_pnl_usd", "fees_usd", "funding_usd"].map((name) =>
    micros(String(doc.metrics[name]?.value ?? "0")),
  ) as [bigint, bigint, bigint];
  const gross = net + fees - funding;
  return {
    gross_usd: usd(gross),
    fees_usd: usd(-fees),
    funding_usd: usd(funding),
    net_usd: usd(net),
    fee_share: gross > 0n ? Number(fees) / Number(gross) : null,
  };
}

export interface Ending {
  reason: string;
  count: number;
  won: number;
  pnl_usd: string;
  average_usd: string;
}

/** By exit reason, the most common first. */
export function endings(trades: readonly Trade[]): Ending[] {
  const groups = new Map<string, Trade[]>();
  for (const trade of trades) {
    groups.set(trade.exit_reason, [...(groups.get(trade.exit_reason) ?? []), trade]);
  }
  const rows = [...groups].map(([reason, group]) => {
    const total = sum(group.map((trade) => trade.pnl_usd));
    return {
      reason,
      count: group.length,
      won: group.filter((trade) => micros(trade.pnl_usd) > 0n).length,
      pnl_usd: usd(total),
      average_usd: usd(total / BigInt(group.length)),
    };
  });
  return rows.sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1));
}

export interface SymbolSplit {
  symbol: string;
  count: number;
  pnl_usd: string;
  /** Share of the bars in which a position was open, by the trades' own times; an estimate. */
  exposure: number;
}

/** By symbol, the most profitable first; symbols without a trade are there, too. */
export function bySymbol(doc: Pick<ResultDocument, "trades" | "tape">): SymbolSplit[] {
  const span = doc.tape.end_ts - doc.tape.start_ts;
  const rows = doc.tape.symbols.map((symbol) => {
    const own = doc.trades.filter((trade) => trade.symbol === symbol);
    return {
      symbol,
      count: own.length,
      pnl_usd: usd(sum(own.map((trade) => trade.pnl_usd))),
      exposure: span > 0 ? held(own) / span : 0,
    };
  });
  return rows.sort((one, other) => Number(micros(other.pnl_usd) - micros(one.pnl_usd)));
}

/** Time in which any of the trades was open. */
function held(trades: readonly Trade[]): number {
  const spans = trades.map((trade) => [trade.entry_ts, trade.exit_ts] as const).sort((one, other) => one[0] - other[0]);
  let [total, until] = [0, Number.NEGATIVE_INFINITY];
  for (const [from, to] of spans) {
    total += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return total;
}

/** The symbol with the most trades, else the first. */
export function busiest(doc: Pick<ResultDocument, "trades" | "tape">): string {
  const counts = new Map(doc.tape.symbols.map((symbol) => [symbol, 0]));
  for (const trade of doc.trades) {
    counts.set(trade.symbol, (counts.get(trade.symbol) ?? 0) + 1);
  }
  return [...counts].sort((one, other) => other[1] - one[1])[0]?.[0] ?? "";
}
