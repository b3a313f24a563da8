/** What a chart says in words: its source, its reading at a bar, its summary for who cannot see it. */

import { fixed, moment, percent } from "@/format";
import type { Bar, Level, Mark, Point, Source } from "./types";

export function utcDay(ts: number): string {
  return new Date(ts).toISOString().slice(0, 10);
}

/** "Hyperliquid 1h, 2024-09-04 → 2025-06-30, coverage 99.8 %". `to_ts` is the close of the last bar. */
export function sourceText(source: Source): string {
  const venue = source.venue.charAt(0).toUpperCase() + source.venue.slice(1);
  const range = `${utcDay(source.from_ts)} → ${utcDay(source.to_ts - 1)}`;
  const coverage = source.coverage === null ? "coverage not measured" : `coverage ${percentText(source.coverage)}`;
  return `${venue} ${source.symbol} ${source.interval}, ${range} UTC, ${coverage}`;
}

/** A share in percent; what is not whole never reads "100 %". */
export function percentText(ratio: number): string {
  const pct = Math.floor(ratio * 10_000) / 100;
  return percent(pct, Number.isInteger(pct) ? 0 : 2);
}

export function changeText(from: number, to: number): string {
  return percent(from === 0 ? null : 100 * (to / from - 1), 2, true);
}

/** As many decimals as tell neighbouring prices apart: five significant figures, 8 at most. */
export function decimalsFor(px: number): number {
  if (!Number.isFinite(px) || px <= 0) {
    return 2;
  }
  return Math.min(8, Math.max(0, 4 - Math.floor(Math.log10(px))));
}

/** One bar, read out. */
export function barSentence(bar: Bar, decimals: number, marks: readonly Mark[], levels: readonly Level[]): string {
  const px = (value: number) => fixed(value, decimals);
  const parts = [
    `${moment(bar.ts)}: open ${px(bar.open)}, high ${px(bar.high)}, low ${px(bar.low)}, close ${px(bar.close)}`,
    ...marks.map((mark) => mark.text),
    ...levels.map((level) => level.text),
  ];
  return parts.join(". ");
}

/** The whole chart in two sentences. */
export function candleSummary(source: Source, bars: readonly Bar[], marks: readonly Mark[], decimals: number): string {
  const [first, last] = [bars[0], bars.at(-1)];
  if (first === undefined || last === undefined) {
    return `${sourceText(source)}: no bars.`;
  }
  const high = bars.reduce((best, bar) => Math.max(best, bar.high), first.high);
  const low = bars.reduce((best, bar) => Math.min(best, bar.low), first.low);
  const px = (value: number) => fixed(value, decimals);
  const entries = marks.filter((mark) => mark.kind === "entry").length;
  const traded = marks.length === 0 ? "" : ` ${entries} entries and ${marks.length - entries} exits are marked.`;
  return (
    `Price of ${source.symbol}, ${sourceText(source)}: from ${px(first.open)} to ${px(last.close)}, ` +
    `${changeText(first.open, last.close)}, between ${px(low)} and ${px(high)}.${traded}`
  );
}

/** Where the longest known stretch of a curve begins, ends and how deep it lay. */
export function curveSummary(label: string, unit: string, points: readonly Point[]): string {
  const known = points.filter((point) => point.value !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) {
    return `${label}: no points.`;
  }
  const value = (point: Point) => `${fixed(point.value ?? 0, 2)} ${unit}`;
  return `${label} from ${value(first)} on ${utcDay(first.ts)} to ${value(last)} on ${utcDay(last.ts)}.`;
}
