/** What the chart draws of a preview. */

import type { Bar, Line, Mark, Source } from "@/charts";
import { money } from "@/format";
import type { Preview } from "./queries";

export interface BuilderMark extends Mark {
  /** The node that asked for it. */
  node: string | null;
}

export interface DrawnPreview {
  marks: BuilderMark[];
  chart: {
    bars: Bar[];
    step_ms: number;
    source: Source;
    marks: BuilderMark[];
    lines: Line[];
    oscillators: Line[];
    thresholds: number[];
  };
}

export function drawnOf(preview: Preview): DrawnPreview {
  const bars = preview.candles.map(([ts = 0, open = 0, high = 0, low = 0, close = 0]) => ({
    ts,
    open,
    high,
    low,
    close,
  }));
  const marks = preview.marks.map((mark, number) => ({
    id: String(number),
    ts: mark.ts,
    px: mark.px,
    kind: mark.kind as Mark["kind"],
    side: mark.side as Mark["side"],
    node: mark.node,
    text: said(mark),
    tone: toneOf(mark.pnl_usd),
  }));
  const lines = (pane: string): Line[] =>
    preview.lines
      .filter((line) => line.pane === pane)
      .map((line) => ({
        label: line.label,
        points: line.values.map((value, row) => ({ ts: bars[row]?.ts ?? 0, value })),
      }));
  const source = {
    venue: preview.venue,
    symbol: preview.symbol,
    interval: preview.interval,
    from_ts: bars[0]?.ts ?? 0,
    to_ts: bars.at(-1)?.ts ?? 0,
    coverage: preview.coverage,
  };
  const chart = {
    bars,
    step_ms: stepOf(bars),
    source,
    marks,
    lines: lines("price"),
    oscillators: lines("own"),
    thresholds: preview.levels,
  };
  return { marks, chart };
}

function said(mark: Preview["marks"][number]): string {
  const what = `${mark.kind === "entry" ? "Entry" : "Exit"} ${mark.side}: ${mark.reason.replace(/_/g, " ")}`;
  return mark.pnl_usd === null ? what : `${what}, ${money(mark.pnl_usd)}`;
}

function toneOf(pnl: string | null): Mark["tone"] {
  if (pnl === null || /^-?0(\.0*)?$/.test(pnl)) return undefined;
  return pnl.startsWith("-") ? "loss" : "profit";
}

/** The shortest distance of two bars. */
function stepOf(bars: readonly Bar[]): number {
  let step = Number.POSITIVE_INFINITY;
  for (let row = 1; row < bars.length; row += 1) {
    step = Math.min(step, (bars[row]?.ts ?? 0) - (bars[row - 1]?.ts ?? 0));
  }
  return Number.isFinite(step) ? step : 3_600_000;
}
