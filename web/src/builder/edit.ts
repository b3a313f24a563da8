/** How does a document change? Each edit is a function from a document to a new one; nothing is changed in place. */

import type { EdgeDoc, Json, NodeDoc, Params, Point, Scope, StrategyDoc, Waiver } from "./document";
import { isObject } from "./document";
import { rejection } from "./connect";

/** An id that no node has, made of `wanted`: low, low_2, low_3 … */
export function freshId(wanted: string, taken: ReadonlySet<string>): string {
  const stem = wanted.replace(/_\d+$/, "") || "node";
  if (!taken.has(wanted) && wanted !== "") return wanted;
  for (let number = 2; ; number += 1) {
    const id = `${stem}_${number}`;
    if (!taken.has(id)) return id;
  }
}

export function ids(doc: StrategyDoc): Set<string> {
  return new Set(doc.nodes.map((node) => node.id));
}

/** The document with a node of `type` at `at`; its id is made of the type. */
export function addNode(doc: StrategyDoc, type: string, at: Point, params: Params = {}): [StrategyDoc, string] {
  const id = freshId(type === "trigger" ? "start" : type, ids(doc));
  const node: NodeDoc = { id, type, position: { x: at.x, y: at.y } };
  if (Object.keys(params).length > 0) node.params = params;
  return [{ ...doc, nodes: [...doc.nodes, node] }, id];
}

/** Without these nodes, and without what leads to or from them. */
export function removeNodes(doc: StrategyDoc, gone: ReadonlySet<string>): StrategyDoc {
  return {
    ...doc,
    nodes: doc.nodes.filter((node) => !gone.has(node.id)),
    edges: doc.edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target)),
  };
}

/** Without the node; whatever led to it leads to what was behind it. */
export function dissolve(doc: StrategyDoc, id: string): StrategyDoc {
  const sources = doc.edges.filter((edge) => edge.target === id).map((edge) => edge.source);
  const targets = doc.edges.filter((edge) => edge.source === id).map((edge) => edge.target);
  let made = removeNodes(doc, new Set([id]));
  for (const source of sources) for (const target of targets) made = connect(made, source, target);
  return made;
}

/** With an edge, where the two may be joined; else as it was. */
export function connect(doc: StrategyDoc, source: string, target: string): StrategyDoc {
  return rejection(doc, source, target) ? doc : { ...doc, edges: [...doc.edges, { source, target }] };
}

export function edgeKey(edge: EdgeDoc): string {
  return JSON.stringify([edge.source, edge.target]);
}

export function removeEdges(doc: StrategyDoc, gone: ReadonlySet<string>): StrategyDoc {
  return { ...doc, edges: doc.edges.filter((edge) => !gone.has(edgeKey(edge))) };
}

/** A node between the two ends of an edge. */
export function insertOn(doc: StrategyDoc, edge: EdgeDoc, id: string): StrategyDoc {
  const cut = removeEdges(doc, new Set([edgeKey(edge)]));
  return connect(connect(cut, edge.source, id), id, edge.target);
}

export function moveNodes(doc: StrategyDoc, to: ReadonlyMap<string, Point>): StrategyDoc {
  return mapNodes(doc, (node) => {
    const at = to.get(node.id);
    return at ? { ...node, position: { x: at.x, y: at.y } } : node;
  });
}

/** `undefined` takes the parameter out, so that its default holds. */
export function setParam(doc: StrategyDoc, id: string, name: string, value: Json | undefined): StrategyDoc {
  return mapNodes(doc, (node) => (node.id === id ? withParams(node, put(node.params ?? {}, name, value)) : node));
}

export function renameParam(doc: StrategyDoc, id: string, from: string, to: string): StrategyDoc {
  return mapNodes(doc, (node) => {
    if (node.id !== id || !node.params || !(from in node.params)) return node;
    return withParams(node, put(put(node.params, to, node.params[from]), from, undefined));
  });
}

export function setType(doc: StrategyDoc, id: string, type: string): StrategyDoc {
  return mapNodes(doc, (node) => (node.id === id ? { ...node, type } : node));
}

/** The node under another id; edges and children that named it name it still. Null where the id is taken or empty. */
export function renameNode(doc: StrategyDoc, from: string, to: string): StrategyDoc | null {
  if (to === from) return doc;
  if (to.trim() === "" || to.length > 100 || ids(doc).has(to)) return null;
  const named = (id: string) => (id === from ? to : id);
  return {
    ...doc,
    nodes: doc.nodes.map((node) => renameChildren({ ...node, id: named(node.id) }, named)),
    edges: doc.edges.map((edge) => ({ ...edge, source: named(edge.source), target: named(edge.target) })),
  };
}

/** A node whose `children` that are ids of nodes go by their new names. */
export function renameChildren(node: NodeDoc, named: (id: string) => string): NodeDoc {
  const children = node.params?.children;
  if (!Array.isArray(children)) return node;
  const made = children.map((child) => (typeof child === "string" ? named(child) : child));
  return { ...node, params: { ...node.params, children: made } };
}

export function setRisk(doc: StrategyDoc, name: string, value: Json | undefined): StrategyDoc {
  return { ...doc, risk: put(doc.risk ?? {}, name, value) };
}

export function setScope(doc: StrategyDoc, change: Partial<Scope>): StrategyDoc {
  const scope: Scope = { ...doc.scope, ...change };
  if ("symbols" in change && change.symbols !== undefined) delete scope.universe;
  if ("universe" in change && change.universe !== undefined) delete scope.symbols;
  return { ...doc, scope };
}

export function setWaivers(doc: StrategyDoc, waivers: Waiver[]): StrategyDoc {
  if (waivers.length > 0) return { ...doc, waivers };
  const made = { ...doc };
  delete made.waivers;
  return made;
}

export function setText(doc: StrategyDoc, key: "name" | "description", text: string): StrategyDoc {
  return { ...doc, [key]: text };
}

function mapNodes(doc: StrategyDoc, change: (node: NodeDoc) => NodeDoc): StrategyDoc {
  return { ...doc, nodes: doc.nodes.map(change) };
}

function withParams(node: NodeDoc, params: Params): NodeDoc {
  const made = { ...node };
  if (Object.keys(params).length > 0) made.params = params;
  else delete made.params;
  return made;
}

function put(params: Params, name: string, value: Json | undefined): Params {
  const made = { ...params };
  if (value === undefined) delete made[name];
  else made[name] = value;
  return made;
}

/** The value at a path inside a JSON value, such as ["size", "value"]. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (isObject(found)) found = found[key];
    else return undefined;
  }
  return found;
}

/** The same JSON value with another one at `path`; what is on the way and missing is made an object. */
export function withValueAt(value: Json | undefined, path: readonly string[], put: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return put;
  if (Array.isArray(value)) {
    return value.map((item, number) => (String(number) === key ? withValueAt(item, rest, put) : item));
  }
  const held: Record<string, Json> = isObject(value) ? (value as Record<string, Json>) : {};
  return { ...held, [key]: withValueAt(held[key], rest, put) };
}
