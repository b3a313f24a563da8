/** Where a symbol's history lies on a line, and where it has holes; places are percent of the line. */

import type { Span } from "./markets";

export interface Stretch {
  left: number;
  width: number;
}

/** A stretch of time on a line from `whole.first_ts` to `whole.end_ts`, cut to it; null where it lies outside. */
export function stretchOf(from_ts: number, to_ts: number, whole: Span): Stretch | null {
  const length = whole.end_ts - whole.first_ts;
  const [from, to] = [Math.max(from_ts, whole.first_ts), Math.min(to_ts, whole.end_ts)];
  if (length <= 0 || to <= from) return null;
  return { left: (100 * (from - whole.first_ts)) / length, width: (100 * (to - from)) / length };
}

/** First days of years or months to write under the line, at most about `most`. */
export function ticksOf(whole: Span, most = 6): { left: number; text: string }[] {
  const [first, last] = [new Date(whole.first_ts), new Date(whole.end_ts)];
  const months = (last.getUTCFullYear() - first.getUTCFullYear()) * 12 + last.getUTCMonth() - first.getUTCMonth();
  const step = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => months / each <= most) ?? 120;
  const begin = first.getUTCFullYear() * 12 + first.getUTCMonth() + 1;
  const ticks = [];
  for (let month = Math.ceil(begin / step) * step; ; month += step) {
    const ts = Date.UTC(Math.floor(month / 12), month % 12);
    if (ts >= whole.end_ts) return ticks;
    const place = stretchOf(ts, whole.end_ts, whole);
    const text = new Date(ts).toISOString().slice(0, step >= 12 ? 4 : 7);
    if (place !== null) ticks.push({ left: place.left, text });
  }
}
