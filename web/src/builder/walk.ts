/** Where does an arrow key go from a node? Along edges to the sides, among neighbours up and down. */

import type { NodeDoc, Point, StrategyDoc } from "./document";
import { positionOf } from "./document";

export type Way = "left" | "right" | "up" | "down";

const ORIGIN: Point = { x: 0, y: 0 };
const COLUMN = 120;

/** The node to go to; from nowhere to the trigger, and null where there is none. */
export function step(doc: StrategyDoc, from: string | null, way: Way): string | null {
  const start = doc.nodes.find((node) => node.id === from);
  if (!start) return (doc.nodes.find((node) => node.type === "trigger") ?? doc.nodes[0])?.id ?? null;
  if (way === "up" || way === "down") return beside(doc, start, way)?.id ?? null;
  const joined = doc.edges
    .filter((edge) => (way === "right" ? edge.source : edge.target) === start.id)
    .map((edge) => (way === "right" ? edge.target : edge.source));
  const near = doc.nodes.filter((node) => joined.includes(node.id));
  return nearest(start, near)?.id ?? null;
}

/** The next node of the same column. */
function beside(doc: StrategyDoc, start: NodeDoc, way: "up" | "down"): NodeDoc | undefined {
  const at = place(start);
  const sign = way === "down" ? 1 : -1;
  const found = doc.nodes.filter((node) => {
    const there = place(node);
    return node.id !== start.id && Math.abs(there.x - at.x) < COLUMN && (there.y - at.y) * sign > 0;
  });
  return nearest(start, found);
}

function nearest(start: NodeDoc, among: NodeDoc[]): NodeDoc | undefined {
  const at = place(start);
  const far = (node: NodeDoc) => Math.hypot(place(node).x - at.x, place(node).y - at.y);
  return [...among].sort((a, b) => far(a) - far(b))[0];
}

function place(node: NodeDoc): Point {
  return positionOf(node) ?? ORIGIN;
}

/** Where a new node stands: to the right of `behind`, below what stands there already; else below everything. */
export function free(doc: StrategyDoc, behind: string | null, size: { width: number; height: number }): Point {
  const places = doc.nodes.map(place);
  const start = doc.nodes.find((node) => node.id === behind);
  const gap = 48;
  let at = start
    ? { x: place(start).x + size.width + gap, y: place(start).y }
    : {
        x: Math.min(0, ...places.map((one) => one.x)),
        y: Math.max(-gap, ...places.map((one) => one.y)) + size.height + gap,
      };
  const hits = (one: Point) => Math.abs(one.x - at.x) < size.width && Math.abs(one.y - at.y) < size.height + 8;
  while (places.some(hits)) at = { x: at.x, y: at.y + size.height + 32 };
  return at;
}
