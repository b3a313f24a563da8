/**
 * Where does a problem stand? A problem names a path in the document; this puts it on the node, the parameter, the edge
 * or the panel that the path means.
 */

import type { StrategyDoc } from "./document";

export interface Problem {
  code: string;
  where: string;
  seen: string;
  rule: string;
  suggestion: string;
  severity: string;
}

export interface Place {
  node: string | null;
  /** The parameter of the node, or of the risk policy. */
  param: string | null;
  /** What of the node it is about, where it is not a parameter: its type, or a key that nodes do not have. */
  key: string | null;
  /** What is inside the parameter, such as ["value"] of a size. */
  inside: string[];
  /** The number of the edge. */
  edge: number | null;
  part: "node" | "edge" | "scope" | "risk" | "waivers" | "document";
}

export interface Placed extends Problem, Place {}

const NOWHERE: Place = { node: null, param: null, key: null, inside: [], edge: null, part: "document" };

/** Problems with their places, errors first. */
export function place(doc: StrategyDoc, problems: readonly Problem[]): Placed[] {
  const names = doc.nodes.map((node) => node.id).sort((a, b) => b.length - a.length);
  return problems
    .map((problem) => ({ ...problem, ...placeOf(problem.where, names, doc) }))
    .sort((a, b) => Number(a.severity !== "error") - Number(b.severity !== "error"));
}

/** `names` from the longest on: an id may hold points, and begin as another does. */
function placeOf(where: string, names: string[], doc: StrategyDoc): Place {
  const edge = /^edges\[(\d+)\]/.exec(where);
  if (edge) return { ...NOWHERE, part: "edge", edge: Number(edge[1]) };
  const numbered = /^nodes\[(\d+)\]/.exec(where);
  if (numbered) return { ...NOWHERE, part: "node", node: doc.nodes[Number(numbered[1])]?.id ?? null };
  if (where.startsWith("nodes.")) {
    const rest = where.slice("nodes.".length);
    const node = names.find((name) => rest === name || rest.startsWith(`${name}.`));
    if (node === undefined) return { ...NOWHERE, part: "node" };
    const path = rest
      .slice(node.length + 1)
      .split(".")
      .filter(Boolean);
    if (path[0] !== "params") return { ...NOWHERE, part: "node", node, key: path[0] ?? null };
    const [param = null, ...inside] = path.slice(1);
    return { ...NOWHERE, part: "node", node, param, inside };
  }
  const [part = "", param = null] = where.split(/[.[]/);
  if (part === "risk" || part === "scope" || part === "waivers") return { ...NOWHERE, part, param };
  return NOWHERE;
}

export function onNode(problems: readonly Placed[], id: string): Placed[] {
  return problems.filter((problem) => problem.node === id);
}

export function onParam(problems: readonly Placed[], id: string, param: string): Placed[] {
  return problems.filter((problem) => problem.node === id && problem.param === param);
}

export function errors(problems: readonly Problem[]): number {
  return problems.filter((problem) => problem.severity === "error").length;
}

/** "2 errors, 1 warning"; empty where there are none. */
export function counted(problems: readonly Problem[]): string {
  const wrong = errors(problems);
  const doubtful = problems.length - wrong;
  const parts = [];
  if (wrong > 0) parts.push(`${wrong} ${wrong === 1 ? "error" : "errors"}`);
  if (doubtful > 0) parts.push(`${doubtful} ${doubtful === 1 ? "warning" : "warnings"}`);
  return parts.join(", ");
}

const BRIEFS: Record<string, string> = {
  entry_without_stop: "No stop",
  "graph.unreachable": "Not reached",
  "graph.dead_end": "Leads nowhere",
  "graph.combines_one": "One source only",
  "graph.trigger": "A second trigger",
  "graph.cycle": "In a circle",
  "graph.not": "Nothing to negate",
  "bracket.condition": "Stop behind a condition",
  "bracket.twice": "Two levels at once",
  "size.risk_without_stop": "No stop to size by",
  "path.contradiction": "Never true here",
  "path.opposite_entries": "Opposite entries",
  "node.type": "No such block",
  "scope.outside": "Outside the scope",
};

/** A problem in the few words that fit on its node. */
export function brief(problem: Placed): string {
  const known = BRIEFS[problem.code];
  if (known !== undefined) return known;
  if (problem.param !== null && problem.seen !== "") return `${problem.param.replace(/_/g, " ")}: ${problem.seen}`;
  return problem.rule;
}
