/** How the figures of a result are called and grouped; the same names as in the printed report. */

import { decimal, fixed, NONE } from "@/format";

export const GROUPS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    "Account",
    [
      ["net_pnl_usd", "Net PnL"],
      ["return_pct", "Return"],
      ["cagr_pct", "CAGR"],
      ["market_change_pct", "Market change"],
    ],
  ],
  [
    "Risk",
    [
      ["max_drawdown_pct", "Max drawdown"],
      ["max_drawdown_usd", "Max drawdown, USD"],
      ["time_under_water_days", "Longest time under water"],
      ["sharpe", "Sharpe"],
      ["sortino", "Sortino"],
      ["calmar", "Calmar"],
      ["sharpe_probability_pct", "Probability of Sharpe above 0"],
      ["track_record_needed_days", "Track record needed"],
    ],
  ],
  [
    "Trades",
    [
      ["trades", "Trades"],
      ["wins", "Wins"],
      ["draws", "Draws"],
      ["losses", "Losses"],
      ["win_rate_pct", "Win rate"],
      ["profit_factor", "Profit factor"],
      ["expectancy_usd", "Expectancy, USD"],
      ["expectancy_pct", "Expectancy"],
      ["sqn", "SQN"],
      ["average_win_usd", "Average win"],
      ["average_loss_usd", "Average loss"],
      ["best_trade_usd", "Best trade"],
      ["worst_trade_usd", "Worst trade"],
      ["longest_win_streak", "Longest win streak"],
      ["longest_loss_streak", "Longest loss streak"],
      ["average_trade_hours", "Average trade"],
      ["longest_trade_hours", "Longest trade"],
      ["gain_concentration", "Gain concentration"],
    ],
  ],
  [
    "Activity",
    [
      ["exposure_pct", "Exposure"],
      ["turnover", "Turnover"],
      ["fees_usd", "Fees"],
      ["funding_usd", "Funding"],
      ["rejected_entries", "Rejected entries"],
      ["capped_entries", "Capped entries"],
      ["ambiguous_bars", "Ambiguous bars"],
    ],
  ],
];

export const LABELS: Readonly<Record<string, string>> = Object.fromEntries(GROUPS.flatMap(([, names]) => names));

/** Figures whose sign says whether they are good. */
export const SIGNED: ReadonlySet<string> = new Set([
  "net_pnl_usd",
  "return_pct",
  "cagr_pct",
  "market_change_pct",
  "expectancy_usd",
  "expectancy_pct",
  "average_win_usd",
  "average_loss_usd",
  "best_trade_usd",
  "worst_trade_usd",
  "funding_usd",
]);

/** Which way is better, where one can say so: 1 more, -1 less (of a drawdown: nearer to zero). */
const BETTER: Readonly<Record<string, 1 | -1>> = {
  net_pnl_usd: 1,
  return_pct: 1,
  cagr_pct: 1,
  time_under_water_days: -1,
  sharpe: 1,
  sortino: 1,
  calmar: 1,
  sharpe_probability_pct: 1,
  win_rate_pct: 1,
  profit_factor: 1,
  expectancy_usd: 1,
  expectancy_pct: 1,
  sqn: 1,
  gain_concentration: -1,
  fees_usd: -1,
};
const NEARER_ZERO: ReadonlySet<string> = new Set(["max_drawdown_pct", "max_drawdown_usd"]);

/** Columns with the best value of a figure; none where nothing is better, or all are alike. */
export function bestOf(name: string, values: readonly (string | number | null)[]): number[] {
  const score = (value: string | number | null): number | null => {
    if (value === null) {
      return null;
    }
    return NEARER_ZERO.has(name) ? -Math.abs(Number(value)) : Number(value) * (BETTER[name] ?? 0);
  };
  if (!(name in BETTER) && !NEARER_ZERO.has(name)) {
    return [];
  }
  const scores = values.map(score);
  const known = scores.filter((each) => each !== null);
  const best = Math.max(...known);
  const winners = scores.flatMap((each, at) => (each === best ? [at] : []));
  return known.length < 2 || winners.length === values.length ? [] : winners;
}

const DECIMALS: Readonly<Record<string, number>> = {
  days: 1,
  hours: 1,
  "x start equity": 1,
  trades: 0,
  entries: 0,
  bars: 0,
};
const SUFFIX: Readonly<Record<string, string>> = { "%": "\u202f%", days: " days", hours: " h", "x start equity": "×" };

/** A figure with its unit; a dash where it has no value. Money is written from its text, to the cent. */
export function figureText(name: string, value: string | number | null, unit: string): string {
  const signed = SIGNED.has(name);
  if (value === null) return NONE;
  if (unit === "usd") return decimal(String(value), 2, signed, "$");
  return fixed(Number(value), DECIMALS[unit] ?? 2, signed) + (SUFFIX[unit] ?? "");
}

/** Whether a figure is shown as profit or loss. */
export function toneOf(name: string, value: string | number | null): "profit" | "loss" | "flat" {
  const amount = Number(value ?? 0);
  return !SIGNED.has(name) || amount === 0 ? "flat" : amount > 0 ? "profit" : "loss";
}

/** A word of the wire as people write it: "take_profit" is "take profit". */
export function words(label: string): string {
  return label.replaceAll("_", " ");
}
