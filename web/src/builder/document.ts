/**
 * What is a strategy document to the builder? The document itself: plain JSON that is never rewritten, only edited.
 * Whatever the builder does not know stays where it is, so that nothing is lost on the way in or out.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Params = Record<string, Json>;

export interface Point {
  x: number;
  y: number;
}

export interface NodeDoc {
  id: string;
  type: string;
  params?: Params;
  position?: Json;
  [key: string]: unknown;
}

export interface EdgeDoc {
  source: string;
  target: string;
  [key: string]: unknown;
}

export interface Scope {
  venue: string;
  interval: string;
  symbols?: string[];
  universe?: Json;
  [key: string]: unknown;
}

export interface Waiver {
  rule: string;
  reason: string;
}

export interface StrategyDoc {
  schema: string;
  kind: string;
  name: string;
  description?: string;
  scope: Scope;
  risk?: Params;
  waivers?: Waiver[];
  nodes: NodeDoc[];
  edges: EdgeDoc[];
  [key: string]: unknown;
}

export const SCHEMA = "paddock/strategy@1";

/** A graph that does nothing yet: one trigger. */
export function emptyDocument(name: string, scope: Scope): StrategyDoc {
  return {
    schema: SCHEMA,
    kind: "graph",
    name,
    scope,
    risk: {},
    nodes: [{ id: "start", type: "trigger", position: { x: 0, y: 0 } }],
    edges: [],
  };
}

/** A strategy document out of JSON that somebody wrote; throws an Error that says what is missing. */
export function readDocument(text: string): StrategyDoc {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) throw new Error("A strategy is a JSON object.");
  if (value.kind !== "graph") throw new Error(`The builder edits graphs; this one is "${String(value.kind)}".`);
  if (!Array.isArray(value.nodes) || !Array.isArray(value.edges)) throw new Error("A graph has nodes and edges.");
  if (!isObject(value.scope)) throw new Error("A strategy has a scope: venue, symbols and interval.");
  const named = value.nodes.every(
    (node) => isObject(node) && typeof node.id === "string" && typeof node.type === "string",
  );
  if (!named) throw new Error("Every node has an id and a type.");
  const joined = value.edges.every(
    (edge) => isObject(edge) && typeof edge.source === "string" && typeof edge.target === "string",
  );
  if (!joined) throw new Error("Every edge has a source and a target.");
  return value as unknown as StrategyDoc;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a node stands; null where the document does not say. */
export function positionOf(node: NodeDoc): Point | null {
  const at = node.position;
  return isObject(at) && typeof at.x === "number" && typeof at.y === "number" ? { x: at.x, y: at.y } : null;
}

/** The document without its layout: what is sent, compared and named by its hash. */
export function withoutLayout(doc: StrategyDoc): StrategyDoc {
  return {
    ...doc,
    nodes: doc.nodes.map((node) => {
      const rest = { ...node };
      delete rest.position;
      return rest;
    }),
  };
}

/** A text that is equal for documents that mean the same to the eye, whatever their layout. */
export function fingerprint(doc: StrategyDoc): string {
  const plain = withoutLayout(doc);
  const nodes = [...plain.nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  const edges = plain.edges.map((edge) => `${edge.source}\u0000${edge.target}`).sort();
  return JSON.stringify(sorted({ ...plain, nodes, edges }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
