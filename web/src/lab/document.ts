/** The result document `paddock/result@1`, as docs/backtest.md describes it. Money, prices, quantities are text. */

export interface ResultDocument {
  schema: "paddock/result@1";
  strategy_hash: string;
  strategy_name: string;
  orders_hash: string;
  tape: Tape;
  costs: CostsCharged;
  account: { start_usd: string; end_usd: string };
  metrics: Record<string, Metric>;
  worst_drawdown: WorstDrawdown | null;
  warnings: Warning[];
  trades: Trade[];
  refusals: Refusal[];
  equity: DayEquity[];
  open_positions: OpenPosition[];
}

export interface Tape {
  venue: string;
  symbols: string[];
  interval: string;
  start_ts: number;
  end_ts: number;
  bars: number;
  coverage: Record<string, SymbolCoverage>;
  funding_coverage: number | null;
  fidelity: string;
  source: string;
}

export interface SymbolCoverage {
  ratio: number;
  bars: number;
  expected: number;
  first_ts: number;
  last_ts: number;
  longest_gap_bars: number;
}

export interface CostsCharged {
  fees: Record<string, { taker_bps: number; maker_bps: number }>;
  slippage_bps: number;
  impact: number;
  latency_ms?: number;
  participation_pct: number | null;
  touch: boolean;
  funding: boolean;
  off: string[];
}

export interface Metric {
  value: string | number | null;
  unit: string;
  basis: string;
  n: number;
  reason?: string;
}

export interface WorstDrawdown {
  pct: number;
  peak_ts: number;
  trough_ts: number;
  recovered_ts: number | null;
}

export interface Warning {
  code: string;
  message: string;
}

export interface Trade {
  symbol: string;
  side: "long" | "short";
  qty: string;
  entry_ts: number;
  entry_px: string;
  exit_ts: number;
  exit_px: string;
  exit_reason: string;
  fees_usd: string;
  funding_usd: string;
  pnl_usd: string;
}

export interface Refusal {
  symbol: string;
  reason: string;
  count: number;
  first_ts: number;
  last_ts: number;
}

export interface DayEquity {
  ts: number;
  usd: string;
}

export interface OpenPosition {
  symbol: string;
  side: "long" | "short";
  qty: string;
  entry_ts: number;
  entry_px: string;
  unrealised_usd: string;
  stop_px: string | null;
  take_px: string | null;
}
