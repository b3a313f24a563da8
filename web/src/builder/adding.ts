/**
 * Where does a block go that is added by its name? Behind what is chosen: a condition into the path that goes on from
 * there, anything else beside it; with nothing chosen it stands by itself.
 */

import type { Role } from "./blocks";
import { behind } from "./connect";
import type { EdgeDoc, Point, StrategyDoc } from "./document";
import { positionOf } from "./document";
import { addNode, connect, edgeKey, insertOn, moveNodes } from "./edit";
import { NODE } from "./layout";
import { free } from "./walk";

const PITCH = NODE.width + 48;

export interface Chosen {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
}

/** The part that a type of block plays. */
export type RoleOf = (type: string) => Role | undefined;

/** The document with the block, and the id that it got. */
export function added(doc: StrategyDoc, type: string, chosen: Chosen, roleOf: RoleOf): [StrategyDoc, string] {
  const tests = roleOf(type) === "condition" || roleOf(type) === "logic";
  const cut = doc.edges.find((edge) => chosen.edges.has(edgeKey(edge)));
  if (cut && chosen.nodes.size === 0) return between(doc, type, cut.source, [cut]);
  const last = [...chosen.nodes].at(-1);
  const start = doc.nodes.find((node) => node.id === last);
  if (!start) return addNode(doc, type, free(doc, null, NODE));
  const onwards = doc.edges.filter((edge) => edge.source === start.id);
  const several = roleOf(start.type) === "action" || onwards.length !== 1;
  if (tests && !several) return between(doc, type, start.id, onwards);
  const [made, id] = addNode(doc, type, free(doc, start.id, NODE));
  return [connect(made, start.id, id), id];
}

/** On the way from `source`: what is behind it makes room. */
function between(doc: StrategyDoc, type: string, source: string, edges: EdgeDoc[]): [StrategyDoc, string] {
  const start = doc.nodes.find((node) => node.id === source);
  const at = (start && positionOf(start)) ?? { x: 0, y: 0 };
  const place = { x: at.x + PITCH, y: at.y };
  const pushed = new Map<string, Point>();
  for (const edge of edges) {
    for (const id of behind(doc, edge.target)) {
      const node = doc.nodes.find((one) => one.id === id);
      const stands = node && positionOf(node);
      if (stands) pushed.set(id, { x: stands.x + PITCH, y: stands.y });
    }
  }
  const crowded = [...pushed.values()].some((one) => one.x - PITCH < place.x + PITCH);
  const [made, id] = addNode(crowded ? moveNodes(doc, pushed) : doc, type, place);
  return [edges.reduce((joined, edge) => insertOn(joined, edge, id), made), id];
}
