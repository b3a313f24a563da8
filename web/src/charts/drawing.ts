/** The strokes of the overlay, in CSS pixels. */

import type { ChartTheme } from "./theme";
import type { Level } from "./types";

export interface Pen {
  context: CanvasRenderingContext2D;
  theme: ChartTheme;
  width: number;
  /** Where the bar of a time is; null before the first one. */
  x(ts: number): number | null;
  y(px: number): number | null;
}

export interface Triangle {
  x: number;
  y: number;
  size: number;
  /** Kept apart from the candles by a rim; where there are many, that would hide them. */
  rim: boolean;
  up: boolean;
  filled: boolean;
  colour: string;
  chosen: boolean;
}

/** A triangle that touches its price with its tip: filled for an entry, hollow for an exit. */
export function drawMark({ context, theme }: Pen, mark: Triangle): void {
  const size = mark.chosen ? mark.size + 2 : mark.size;
  const base = mark.y + (mark.up ? 1.8 : -1.8) * size;
  context.beginPath();
  context.moveTo(mark.x, mark.y);
  context.lineTo(mark.x - size, base);
  context.lineTo(mark.x + size, base);
  context.closePath();
  context.lineJoin = "round";
  if (mark.rim) {
    context.strokeStyle = theme.surface;
    context.lineWidth = 4;
    context.stroke();
  }
  context.fillStyle = mark.filled ? mark.colour : theme.surface;
  context.fill();
  context.strokeStyle = mark.colour;
  context.lineWidth = mark.rim ? 1.5 : 1;
  context.stroke();
  if (mark.chosen) {
    context.beginPath();
    context.arc(mark.x, (mark.y + base) / 2, size * 2, 0, 2 * Math.PI);
    context.stroke();
  }
}

/** A trailing stop moves in steps, each too short for dashes. */
const DASHES: Partial<Record<Level["kind"], number[]>> = { entry: [1, 3], trail: [] };

/** A dashed line at a price from when it stood until it did no more. */
export function drawLevel(pen: Pen, level: Level, colour: string): void {
  const y = pen.y(level.px);
  const to = level.until_ts === null ? pen.width : (pen.x(level.until_ts) ?? 0);
  const from = pen.x(level.since_ts) ?? 0;
  if (y === null || to <= 0 || from >= pen.width) {
    return;
  }
  const { context } = pen;
  const row = Math.round(y) + 0.5;
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.setLineDash(DASHES[level.kind] ?? [5, 3]);
  context.beginPath();
  context.moveTo(from, row);
  context.lineTo(to, row);
  context.stroke();
  context.restore();
}

/** What a level is that still stands: at its beginning, and whole, also where that was a moment ago. */
export function nameLevel(pen: Pen, level: Level, colour: string): void {
  const y = pen.y(level.px);
  const from = pen.x(level.since_ts) ?? 0;
  if (level.until_ts !== null || y === null || from >= pen.width) {
    return;
  }
  const { context } = pen;
  const row = Math.round(y) - 1.5;
  context.save();
  context.font = `11px ${pen.theme.font}`;
  context.textBaseline = "bottom";
  const room = pen.width - context.measureText(level.text).width - 6;
  const left = Math.max(Math.min(Math.max(from, 0) + 4, room), 4);
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = pen.theme.surface;
  context.strokeText(level.text, left, row);
  context.fillStyle = colour;
  context.fillText(level.text, left, row);
  context.restore();
}
