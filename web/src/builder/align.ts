/** How do chosen nodes line up, or stand at equal distances? */

import type { Point } from "./document";
import type { Size } from "./layout";

export type Alignment = "left" | "centre" | "right" | "top" | "middle" | "bottom" | "across" | "down";

export interface Box extends Point, Size {
  id: string;
}

/** The new places of the boxes; empty where there is nothing to line up. */
export function align(boxes: readonly Box[], how: Alignment): Map<string, Point> {
  if (boxes.length < 2) return new Map();
  if (how === "across") return spread(boxes, "x", "width");
  if (how === "down") return spread(boxes, "y", "height");
  const low = (key: "x" | "y") => Math.min(...boxes.map((box) => box[key]));
  const high = (key: "x" | "y", side: "width" | "height") => Math.max(...boxes.map((box) => box[key] + box[side]));
  const place: Record<Exclude<Alignment, "across" | "down">, (box: Box) => Point> = {
    left: (box) => ({ x: low("x"), y: box.y }),
    right: (box) => ({ x: high("x", "width") - box.width, y: box.y }),
    centre: (box) => ({ x: (low("x") + high("x", "width") - box.width) / 2, y: box.y }),
    top: (box) => ({ x: box.x, y: low("y") }),
    bottom: (box) => ({ x: box.x, y: high("y", "height") - box.height }),
    middle: (box) => ({ x: box.x, y: (low("y") + high("y", "height") - box.height) / 2 }),
  };
  return new Map(boxes.map((box) => [box.id, place[how](box)]));
}

/** Equal gaps between boxes, the outermost staying where they are. */
function spread(boxes: readonly Box[], key: "x" | "y", side: "width" | "height"): Map<string, Point> {
  const sorted = [...boxes].sort((a, b) => a[key] - b[key]);
  const first = sorted[0];
  const last = sorted.at(-1);
  if (!first || !last || boxes.length < 3) return new Map();
  const inside = last[key] + last[side] - first[key];
  const gap = (inside - sorted.reduce((sum, box) => sum + box[side], 0)) / (sorted.length - 1);
  let at = first[key];
  const made = new Map<string, Point>();
  for (const box of sorted) {
    made.set(box.id, key === "x" ? { x: at, y: box.y } : { x: box.x, y: at });
    at += box[side] + gap;
  }
  return made;
}
