/** What mends a problem? The server says in words what would; where those words leave no doubt, this makes them an edit. */

import type { Json, StrategyDoc } from "./document";
import { positionOf } from "./document";
import {
  addNode,
  connect,
  edgeKey,
  removeEdges,
  removeNodes,
  renameParam,
  setParam,
  setRisk,
  setScope,
  setType,
  setWaivers,
  valueAt,
  withValueAt,
} from "./edit";
import { NODE } from "./layout";
import type { Placed } from "./problems";

export interface Mend {
  label: string;
  apply: (doc: StrategyDoc) => StrategyDoc;
}

type Maker = (problem: Placed, doc: StrategyDoc) => Mend[];

/** Edits that a button may offer, the likeliest first. */
export function mends(problem: Placed, doc: StrategyDoc): Mend[] {
  const maker = BY_CODE[problem.code];
  return maker ? maker(problem, doc) : [];
}

const BY_CODE: Record<string, Maker> = {
  "parameter.value": (problem) => value(problem),
  "parameter.unknown": (problem) => {
    const { node, param } = problem;
    const better = meant(problem);
    if (node === null || param === null) return [];
    const out: Mend = { label: `Remove ${param}`, apply: (doc) => setParam(doc, node, param, undefined) };
    if (!better) return [out];
    return [{ label: `Rename to ${better}`, apply: (doc) => renameParam(doc, node, param, better) }, out];
  },
  "parameter.twice": (problem) => leftOut(problem),
  "node.type": (problem) => {
    const { node } = problem;
    const better = meant(problem);
    if (node === null) return [];
    const use: Mend = { label: `Use ${better}`, apply: (doc) => setType(doc, node, better) };
    return better ? [use, removed(node)] : [removed(node)];
  },
  "graph.unreachable": (problem, doc) => {
    const { node } = problem;
    if (node === null) return [];
    const trigger = doc.nodes.find((one) => one.type === "trigger")?.id;
    const made = trigger === undefined ? [] : [joined(trigger, node)];
    return [...made, removed(node)];
  },
  "graph.dead_end": (problem) => (problem.node === null ? [] : [removed(problem.node)]),
  "graph.combines_one": (problem) => (problem.node === null ? [] : [removed(problem.node)]),
  "graph.trigger": (problem, doc) => trigger(problem, doc),
  "graph.empty": () => [{ label: "Add a trigger", apply: withTrigger }],
  "graph.self_edge": (problem, doc) => cut(problem, doc),
  "graph.edge": (problem, doc) => cut(problem, doc),
  entry_without_stop: (problem) => {
    const { node } = problem;
    if (node === null) return [];
    const direct = /^connect (.+) directly behind (.+?):/.exec(problem.suggestion);
    if (direct?.[1] && direct[2]) return [joined(direct[2], direct[1])];
    return [withBehind(node, "set_stop_loss", "Add a stop loss")];
  },
  "bracket.condition": (problem) => {
    const direct = /^connect (.+) directly behind (.+?), or /.exec(problem.suggestion);
    return direct?.[1] && direct[2] ? [joined(direct[2], direct[1])] : [];
  },
  "size.risk_without_stop": (problem) =>
    problem.node === null ? [] : [withBehind(problem.node, "set_stop_loss", "Add a stop loss")],
  "risk.leverage": (problem) => {
    const { node } = problem;
    const allowed = /^use ([\d.]+)/.exec(problem.suggestion)?.[1];
    const wanted = Number(problem.seen);
    if (node === null || allowed === undefined) return [];
    const raise: Mend = { label: `Allow ${wanted}x`, apply: (doc) => setRisk(doc, "max_leverage", wanted) };
    return [{ label: `Use ${allowed}x`, apply: (doc) => setParam(doc, node, "leverage", Number(allowed)) }, raise];
  },
  "scope.interval": (problem) => {
    const better = /^use (\w+)$/.exec(problem.suggestion)?.[1] ?? meant(problem);
    if (!better) return [];
    if (problem.part === "scope")
      return [{ label: `Use ${better}`, apply: (doc) => setScope(doc, { interval: better }) }];
    return put(problem, better);
  },
  "scope.outside": (problem, doc) => {
    const { node, seen } = problem;
    const symbols = doc.scope.symbols;
    if (node === null) return [];
    const better = meant(problem);
    const all: Mend = {
      label: "Trade each market of the scope",
      apply: (made) => setParam(made, node, "symbol", undefined),
    };
    const grow: Mend[] = symbols
      ? [{ label: `Add ${seen} to the scope`, apply: (made) => setScope(made, { symbols: [...symbols, seen] }) }]
      : [];
    return better
      ? [{ label: `Use ${better}`, apply: (made) => setParam(made, node, "symbol", better) }, ...grow]
      : [all, ...grow];
  },
  "scope.unknown_symbol": (problem, doc) => {
    const { node, seen } = problem;
    const better = meant(problem);
    if (!better) return [];
    if (node !== null) return [{ label: `Use ${better}`, apply: (made) => setParam(made, node, "symbol", better) }];
    const symbols = (doc.scope.symbols ?? []).map((symbol) => (symbol === seen ? better : symbol));
    return [{ label: `Use ${better}`, apply: (made) => setScope(made, { symbols: [...new Set(symbols)] }) }];
  },
  "waiver.unused": (problem) => [
    {
      label: "Remove the waiver",
      apply: (doc) =>
        setWaivers(
          doc,
          (doc.waivers ?? []).filter((waiver) => waiver.rule !== problem.seen),
        ),
    },
  ],
  "document.key": (problem) => {
    const { node, key } = problem;
    if (node === null || key === null) return [];
    return [{ label: `Remove ${key}`, apply: (doc) => withoutKey(doc, node, key) }];
  },
};

function withoutKey(doc: StrategyDoc, id: string, key: string): StrategyDoc {
  const nodes = doc.nodes.map((node) => {
    if (node.id !== id) return node;
    const rest = { ...node };
    delete rest[key];
    return rest;
  });
  return { ...doc, nodes };
}

/** `did you mean "x"?` */
function meant(problem: Placed): string {
  return /^did you mean "(.+)"\?$/.exec(problem.suggestion)?.[1] ?? "";
}

function value(problem: Placed): Mend[] {
  const better = meant(problem);
  if (better) return put(problem, better);
  const number = /^use (-?[\d.]+(?:e[-+]?\d+)?)$/i.exec(problem.suggestion)?.[1];
  if (number !== undefined) return put(problem, Number(number));
  return /^leave \w+ out$/.test(problem.suggestion) ? leftOut(problem) : [];
}

function put(problem: Placed, better: Json): Mend[] {
  const { node, param, inside } = problem;
  if (param === null) return [];
  const label = `Use ${String(better)}`;
  if (problem.part === "risk") return [{ label, apply: (doc) => setRisk(doc, param, better) }];
  if (node === null) return [];
  const apply = (doc: StrategyDoc) => {
    const held = doc.nodes.find((one) => one.id === node)?.params;
    return setParam(doc, node, param, withValueAt(valueAt(held, [param]) as Json | undefined, inside, better));
  };
  return [{ label, apply }];
}

function leftOut(problem: Placed): Mend[] {
  const { node, param } = problem;
  if (param === null) return [];
  const label = `Remove ${param}`;
  if (problem.part === "risk") return [{ label, apply: (doc) => setRisk(doc, param, undefined) }];
  return node === null ? [] : [{ label, apply: (doc) => setParam(doc, node, param, undefined) }];
}

function joined(source: string, target: string): Mend {
  return { label: `Connect behind ${source}`, apply: (doc) => connect(doc, source, target) };
}

function removed(node: string): Mend {
  return { label: "Remove the node", apply: (doc) => removeNodes(doc, new Set([node])) };
}

/** A node of `type` behind another, to its right. */
function withBehind(node: string, type: string, label: string): Mend {
  const apply = (doc: StrategyDoc) => {
    const held = doc.nodes.find((one) => one.id === node);
    const at = (held && positionOf(held)) ?? { x: 0, y: 0 };
    const taken = doc.edges.filter((edge) => edge.source === node).length;
    const beside = { x: at.x + NODE.width + 48, y: at.y + taken * (NODE.height + 24) };
    const [made, id] = addNode(doc, type, beside);
    return connect(made, node, id);
  };
  return { label, apply };
}

function withTrigger(doc: StrategyDoc): StrategyDoc {
  const places = doc.nodes.map(positionOf).filter((at) => at !== null);
  const left = Math.min(NODE.width + 48, ...places.map((at) => at.x));
  const top = places.find((at) => at.x === left)?.y ?? 0;
  const roots = doc.nodes.filter((node) => !doc.edges.some((edge) => edge.target === node.id)).map((node) => node.id);
  const [made, id] = addNode(doc, "trigger", { x: left - NODE.width - 48, y: top });
  return roots.reduce((joinedUp, root) => connect(joinedUp, id, root), made);
}

function trigger(problem: Placed, doc: StrategyDoc): Mend[] {
  const extra = problem.node;
  if (extra === null) return [{ label: "Add a trigger", apply: withTrigger }];
  const first = doc.nodes.find((node) => node.type === "trigger" && node.id !== extra)?.id;
  if (first === undefined) return [];
  const apply = (made: StrategyDoc) => {
    const led = made.edges.filter((edge) => edge.source === extra).map((edge) => edge.target);
    return led.reduce((joinedUp, target) => connect(joinedUp, first, target), removeNodes(made, new Set([extra])));
  };
  return [{ label: `Start from ${first}`, apply }];
}

function cut(problem: Placed, doc: StrategyDoc): Mend[] {
  const edge = problem.edge === null ? undefined : doc.edges[problem.edge];
  if (!edge) return [];
  return [{ label: "Remove the connection", apply: (made) => removeEdges(made, new Set([edgeKey(edge)])) }];
}
