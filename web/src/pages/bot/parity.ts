/** How far a run is from the backtest over the bars that it saw, and where that comes from. */
import { fromMicros } from "@/format";

export interface ParityPart {
  key: string;
  label: string;
  words: string;
  bps: number;
  usd: string;
}

const PARTS = [
  ["signal", "Signal", "orders that only one of the two decided, and what follows"],
  ["timing", "Timing", "the same order, filled in another bar"],
  ["fill", "Fill", "the same order in the same bar, at another price"],
  ["fee", "Fees", "what was paid to trade"],
  ["funding", "Funding", "what was paid to hold"],
] as const;

const figure = (of: unknown, key: string): number => {
  const found = (of as Record<string, unknown> | undefined)?.[key];
  return typeof found === "number" ? found : 0;
};

/** The parts add up to the last, exactly. */
export function partsOf(report: Record<string, unknown>): ParityPart[] {
  const part = (key: string, label: string, words: string): ParityPart => ({
    key,
    label,
    words,
    bps: figure(report.bps_a_day, key),
    usd: fromMicros(BigInt(Math.trunc(figure(report, key)))),
  });
  return [
    ...PARTS.map(([key, label, words]) => part(key, label, words)),
    part("total", "Total", "the run less its backtest"),
  ];
}

export interface Compared {
  bars: number;
  days: number;
  orders: number;
  onlyLive: number;
  onlyShadow: number;
  differing: number;
}

export const comparedOf = (report: Record<string, unknown>): Compared => ({
  bars: figure(report, "bars"),
  days: figure(report, "days"),
  orders: figure(report, "orders"),
  onlyLive: figure(report, "only_live"),
  onlyShadow: figure(report, "only_shadow"),
  differing: figure(report, "differing"),
});
