/** What is seen first of a graph? All of it where it can be read so, else where it begins. */

import type { Box } from "./align";
import type { Size } from "./layout";

const EDGE = 32;
/** Smaller than this nobody reads a node. */
export const READABLE = 0.62;

export interface Viewport {
  x: number;
  y: number;
  zoom: number;
}

export function firstView(boxes: readonly Omit<Box, "id">[], screen: Size): Viewport {
  if (boxes.length === 0) return { x: EDGE, y: screen.height / 2, zoom: 1 };
  const left = Math.min(...boxes.map((box) => box.x));
  const top = Math.min(...boxes.map((box) => box.y));
  const width = Math.max(...boxes.map((box) => box.x + box.width)) - left;
  const height = Math.max(...boxes.map((box) => box.y + box.height)) - top;
  const fits = Math.min((screen.width - 2 * EDGE) / width, (screen.height - 2 * EDGE) / height);
  const zoom = Math.min(1, Math.max(READABLE, fits));
  const start = (room: number, length: number, from: number) =>
    Math.max(EDGE, (room - length * zoom) / 2) - from * zoom;
  return { x: start(screen.width, width, left), y: start(screen.height, height, top), zoom };
}
