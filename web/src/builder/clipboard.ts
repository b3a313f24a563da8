/** What is copied, and how is it pasted? Nodes with the edges between them, under ids that nothing has yet. */

import type { EdgeDoc, NodeDoc, Point, StrategyDoc } from "./document";
import { isObject, positionOf } from "./document";
import { freshId, ids, renameChildren } from "./edit";

export interface Clip {
  paddock: "nodes@1";
  nodes: NodeDoc[];
  edges: EdgeDoc[];
}

export function copy(doc: StrategyDoc, chosen: ReadonlySet<string>): Clip {
  return {
    paddock: "nodes@1",
    nodes: doc.nodes.filter((node) => chosen.has(node.id)),
    edges: doc.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
  };
}

/** A clip out of the clipboard's text; null where something else is in it. */
export function readClip(text: string): Clip | null {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value) || value.paddock !== "nodes@1") return null;
    const { nodes, edges } = value;
    if (!Array.isArray(nodes) || !Array.isArray(edges)) return null;
    const whole =
      nodes.every((node) => isObject(node) && typeof node.id === "string" && typeof node.type === "string") &&
      edges.every((edge) => isObject(edge) && typeof edge.source === "string" && typeof edge.target === "string");
    return whole ? (value as unknown as Clip) : null;
  } catch {
    return null;
  }
}

/** The document with the clip's nodes, moved by `by`, and the ids they got. A second trigger is left out. */
export function paste(doc: StrategyDoc, clip: Clip, by: Point): [StrategyDoc, string[]] {
  const taken = ids(doc);
  const triggered = doc.nodes.some((node) => node.type === "trigger");
  const nodes = clip.nodes.filter((node) => !(triggered && node.type === "trigger"));
  const names = new Map<string, string>();
  for (const node of nodes) {
    const id = freshId(node.id, taken);
    taken.add(id);
    names.set(node.id, id);
  }
  const named = (id: string) => names.get(id) ?? id;
  const made = nodes.map((node) => {
    const at = positionOf(node) ?? { x: 0, y: 0 };
    const moved = { ...node, id: named(node.id), position: { x: at.x + by.x, y: at.y + by.y } };
    return renameChildren(moved, named);
  });
  const edges = clip.edges
    .filter((edge) => names.has(edge.source) && names.has(edge.target))
    .map((edge) => ({ ...edge, source: named(edge.source), target: named(edge.target) }));
  return [{ ...doc, nodes: [...doc.nodes, ...made], edges: [...doc.edges, ...edges] }, [...names.values()]];
}

/** Copies of nodes beside them, with the edges between them. */
export function duplicate(doc: StrategyDoc, chosen: ReadonlySet<string>, by: Point): [StrategyDoc, string[]] {
  return paste(doc, copy(doc, chosen), by);
}
