/** What does the canvas draw? A document as nodes and edges of the canvas; what did not change stays the same object. */

import type { Edge, Node } from "@xyflow/react";
import type { Block, Role } from "./blocks";
import type { NodeDoc, Point, StrategyDoc } from "./document";
import { positionOf } from "./document";
import { edgeKey } from "./edit";
import { NODE } from "./layout";
import type { Mend } from "./mends";
import { mends } from "./mends";
import type { Placed } from "./problems";
import { sentence, summary } from "./summary";

/** What a problem adds to the height of its node. */
export const FOOT = 32;

export interface Shown extends Record<string, unknown> {
  title: string;
  role: Role | "unknown";
  family: string;
  line: string;
  problems: readonly Placed[];
  /** What mends the first of them. */
  mend: Mend | null;
}

export type BlockFlowNode = Node<Shown, "block">;

export interface Sight {
  blocks: ReadonlyMap<string, Block>;
  sentences: Readonly<Record<string, string>>;
  problems: readonly Placed[];
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  /** Where nodes are while they are dragged. */
  dragged: ReadonlyMap<string, Point>;
}

interface Kept {
  node: NodeDoc;
  key: string;
  made: BlockFlowNode;
}

const NONE: readonly Placed[] = [];

/** Makes canvas nodes, and gives the same object again for a node that looks as it did. */
export class FlowCache {
  private kept = new Map<string, Kept>();

  nodes(doc: StrategyDoc, sight: Sight): BlockFlowNode[] {
    const problems = byNode(sight.problems);
    const next = new Map<string, Kept>();
    const made = doc.nodes.map((node) => {
      const one = this.one(doc, node, problems.get(node.id) ?? NONE, sight);
      next.set(node.id, one);
      return one.made;
    });
    this.kept = next;
    return made;
  }

  private one(doc: StrategyDoc, node: NodeDoc, problems: readonly Placed[], sight: Sight): Kept {
    const block = sight.blocks.get(node.type);
    const at = sight.dragged.get(node.id) ?? positionOf(node) ?? { x: 0, y: 0 };
    const line = sentence(sight.sentences[node.id] ?? summary(node, block));
    const told = problems.map((problem) => problem.severity + problem.code + problem.rule).join("|");
    const selected = sight.nodes.has(node.id);
    const mend = (problems[0] && mends(problems[0], doc)[0]) ?? null;
    const key = JSON.stringify([at.x, at.y, line, told, selected, block?.title, mend?.label]);
    const before = this.kept.get(node.id);
    if (before && before.node === node && before.key === key) return before;
    const data = {
      title: block?.title ?? node.type,
      role: block?.role ?? "unknown",
      family: block?.family ?? "",
    } as const;
    return { node, key, made: flowNode(node.id, at, selected, { ...data, line, problems, mend }) };
  }
}

function flowNode(id: string, position: Point, selected: boolean, data: Shown): BlockFlowNode {
  const height = NODE.height + (data.problems.length > 0 ? FOOT : 0);
  const wrong = data.problems[0];
  return {
    id,
    type: "block",
    position,
    selected,
    width: NODE.width,
    height,
    measured: { width: NODE.width, height },
    ariaLabel: `${data.title}, ${id}: ${data.line}${wrong ? `. ${wrong.severity}: ${wrong.rule}` : ""}`,
    data,
  };
}

function byNode(problems: readonly Placed[]): Map<string, Placed[]> {
  const found = new Map<string, Placed[]>();
  for (const problem of problems) {
    if (problem.node !== null) found.set(problem.node, [...(found.get(problem.node) ?? []), problem]);
  }
  return found;
}

/** Edges; those at a chosen node are `near`, those with a problem `wrong`. */
export function flowEdges(doc: StrategyDoc, sight: Pick<Sight, "nodes" | "edges" | "problems">): Edge[] {
  const wrong = new Set(sight.problems.map((problem) => problem.edge));
  return doc.edges.map((edge, number) => {
    const id = edgeKey(edge);
    const near = sight.nodes.has(edge.source) || sight.nodes.has(edge.target);
    return {
      id,
      source: edge.source,
      target: edge.target,
      selected: sight.edges.has(id),
      className: wrong.has(number) ? "flow-edge-wrong" : near ? "flow-edge-near" : undefined,
      ariaLabel: `${edge.source} leads to ${edge.target}`,
    };
  });
}
