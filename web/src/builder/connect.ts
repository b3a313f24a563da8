/** May one node lead to another? Answers with what speaks against it, so that the canvas can say so. */

import type { StrategyDoc } from "./document";

/** Why `source` may not lead to `target`; empty where it may. */
export function rejection(doc: StrategyDoc, source: string, target: string): string {
  if (source === target) return "A node does not lead to itself.";
  const to = doc.nodes.find((node) => node.id === target);
  if (!to || !doc.nodes.some((node) => node.id === source)) return "An edge joins two nodes that exist.";
  if (to.type === "trigger") return "Nothing leads to the trigger.";
  if (doc.edges.some((edge) => edge.source === source && edge.target === target)) return "They are joined already.";
  if (reaches(doc, target, source)) return "Edges lead in one direction and never back.";
  return "";
}

/** Does some path lead from `start` to `end`? */
export function reaches(doc: StrategyDoc, start: string, end: string): boolean {
  return behind(doc, start).has(end);
}

/** `start` and every node that some path leads to from it. */
export function behind(doc: StrategyDoc, start: string): Set<string> {
  return walk(
    start,
    doc.edges.map((edge) => [edge.source, edge.target]),
  );
}

/** `end` and every node that some path leads from to it. */
export function before(doc: StrategyDoc, end: string): Set<string> {
  return walk(
    end,
    doc.edges.map((edge) => [edge.target, edge.source]),
  );
}

function walk(start: string, steps: (readonly [string, string])[]): Set<string> {
  const next = new Map<string, string[]>();
  for (const [from, to] of steps) next.set(from, [...(next.get(from) ?? []), to]);
  const seen = new Set([start]);
  const waiting = [start];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const to of next.get(at) ?? []) {
      if (!seen.has(to)) {
        seen.add(to);
        waiting.push(to);
      }
    }
  }
  return seen;
}
