/**
 * Where do nodes stand? A layered layout from left to right: columns by the longest way from where paths start, rows
 * ordered so that few edges cross, each node as near to the middle of its neighbours as the others let it.
 */

import type { Point, StrategyDoc } from "./document";
import { positionOf } from "./document";

export interface Size {
  width: number;
  height: number;
}

export const NODE: Size = { width: 200, height: 76 };
export const GRID = 8;
const GAP: Size = { width: 48, height: 32 };
const SWEEPS = 8;

interface Shape {
  layers: string[][];
  sources: Map<string, string[]>;
  targets: Map<string, string[]>;
}

/** A place for every node; nodes of a cycle stand where their other edges put them. */
export function layout(doc: StrategyDoc, sizes: ReadonlyMap<string, Size> = new Map()): Map<string, Point> {
  const shape = shapeOf(doc);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) order(shape, sweep % 2 === 0);
  return placed(shape, sizes);
}

/** Places for the nodes that have none; null where all have one. */
export function missing(doc: StrategyDoc): Map<string, Point> | null {
  const bare = doc.nodes.filter((node) => positionOf(node) === null);
  if (bare.length === 0) return null;
  const made = layout(doc);
  if (bare.length === doc.nodes.length) return made;
  return new Map(bare.map((node) => [node.id, made.get(node.id) ?? { x: 0, y: 0 }]));
}

function shapeOf(doc: StrategyDoc): Shape {
  const names = doc.nodes.map((node) => node.id);
  const known = new Set(names);
  const sources = new Map<string, string[]>(names.map((name) => [name, []]));
  const targets = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { source, target } of doc.edges) {
    if (!known.has(source) || !known.has(target) || source === target) continue;
    sources.get(target)?.push(source);
    targets.get(source)?.push(target);
  }
  const ranks = ranksOf(names, sources, targets);
  const layers: string[][] = [];
  for (const name of names) (layers[ranks.get(name) ?? 0] ??= []).push(name);
  return { layers: layers.filter((layer) => layer !== undefined), sources, targets };
}

/** The longest way to each node; edges that close a cycle do not count. */
function ranksOf(names: string[], sources: Map<string, string[]>, targets: Map<string, string[]>): Map<string, number> {
  const ranks = new Map<string, number>(names.map((name) => [name, 0]));
  const waiting = new Map(names.map((name) => [name, sources.get(name)?.length ?? 0]));
  const done = new Set<string>();
  const ready = names.filter((name) => waiting.get(name) === 0);
  while (done.size < names.length) {
    const node = ready.shift() ?? names.find((name) => !done.has(name));
    if (node === undefined) break;
    if (done.has(node)) continue;
    done.add(node);
    for (const target of targets.get(node) ?? []) {
      if (done.has(target)) continue;
      ranks.set(target, Math.max(ranks.get(target) ?? 0, (ranks.get(node) ?? 0) + 1));
      const left = (waiting.get(target) ?? 1) - 1;
      waiting.set(target, left);
      if (left === 0) ready.push(target);
    }
  }
  return ranks;
}

/** One sweep: each layer is sorted by the middle of its neighbours in the layer before (or behind). */
function order(shape: Shape, forward: boolean): void {
  const { layers } = shape;
  const rows = new Map<string, number>();
  for (const layer of layers) layer.forEach((name, row) => rows.set(name, row - (layer.length - 1) / 2));
  const last = layers.length - 1;
  for (let step = 0; step <= last; step += 1) {
    const layer = layers[forward ? step : last - step];
    if (!layer) continue;
    const near = forward ? shape.sources : shape.targets;
    const middle = new Map(layer.map((name) => [name, mean(near.get(name) ?? [], rows) ?? rows.get(name) ?? 0]));
    layer.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
    layer.forEach((name, row) => rows.set(name, row - (layer.length - 1) / 2));
  }
}

function mean(names: string[], rows: Map<string, number>): number | null {
  const found = names.map((name) => rows.get(name)).filter((row) => row !== undefined);
  return found.length === 0 ? null : found.reduce((sum, row) => sum + row, 0) / found.length;
}

function placed(shape: Shape, sizes: ReadonlyMap<string, Size>): Map<string, Point> {
  const size = (name: string) => sizes.get(name) ?? NODE;
  const centre = new Map<string, number>();
  for (const layer of shape.layers) {
    const total = layer.reduce((sum, name) => sum + size(name).height + GAP.height, -GAP.height);
    let top = -total / 2;
    for (const name of layer) {
      centre.set(name, top + size(name).height / 2);
      top += size(name).height + GAP.height;
    }
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const near = sweep % 2 === 0 ? shape.sources : shape.targets;
    const layers = sweep % 2 === 0 ? shape.layers : [...shape.layers].reverse();
    for (const layer of layers) settle(layer, near, centre, (name) => size(name).height);
  }
  const made = new Map<string, Point>();
  let left = 0;
  for (const layer of shape.layers) {
    const width = Math.max(...layer.map((name) => size(name).width));
    for (const name of layer) {
      made.set(name, { x: snapped(left), y: snapped((centre.get(name) ?? 0) - size(name).height / 2) });
    }
    left += width + GAP.width;
  }
  return fromOrigin(made);
}

/** Moves the nodes of a layer towards the middle of their neighbours, keeping their order and their distances. */
function settle(
  layer: string[],
  near: Map<string, string[]>,
  centre: Map<string, number>,
  height: (name: string) => number,
): void {
  const wanted = layer.map((name) => mean(near.get(name) ?? [], centre) ?? centre.get(name) ?? 0);
  // Blocks of nodes that touch stand together at the mean of what each of them wants.
  const blocks: { names: string[]; offsets: number[]; sum: number; at: number; length: number }[] = [];
  layer.forEach((name, number) => {
    const tall = height(name) + GAP.height;
    blocks.push({ names: [name], offsets: [0], sum: wanted[number] ?? 0, at: wanted[number] ?? 0, length: tall });
    for (;;) {
      const below = blocks.at(-1);
      const above = blocks.at(-2);
      if (!below || !above) break;
      const firstAbove = above.at - height(above.names[0] ?? "") / 2;
      const firstBelow = below.at - height(below.names[0] ?? "") / 2;
      if (firstAbove + above.length <= firstBelow) break;
      const shift = above.length + (height(below.names[0] ?? "") - height(above.names[0] ?? "")) / 2;
      const names = [...above.names, ...below.names];
      const offsets = [...above.offsets, ...below.offsets.map((offset) => offset + shift)];
      const sum = above.sum + below.sum - shift * below.names.length;
      blocks.splice(-2, 2, { names, offsets, sum, at: sum / names.length, length: above.length + below.length });
    }
  });
  for (const block of blocks) {
    block.names.forEach((name, number) => centre.set(name, block.at + (block.offsets[number] ?? 0)));
  }
}

function fromOrigin(made: Map<string, Point>): Map<string, Point> {
  const top = Math.min(0, ...[...made.values()].map((at) => at.y));
  return new Map([...made].map(([name, at]) => [name, { x: at.x, y: at.y - top }]));
}

export function snapped(value: number): number {
  return Math.round(value / GRID) * GRID;
}
