/** How large are nodes, with what is told below them? */

import type { Box } from "@/builder/align";
import { positionOf, type StrategyDoc } from "@/builder/document";
import { FOOT } from "@/builder/flow";
import { NODE, type Size } from "@/builder/layout";
import type { Placed } from "@/builder/problems";

export function sizesOf(doc: StrategyDoc, problems: readonly Placed[]): Map<string, Size> {
  const wrong = new Set(problems.map((problem) => problem.node));
  return new Map(
    doc.nodes.map((node) => [node.id, { width: NODE.width, height: NODE.height + (wrong.has(node.id) ? FOOT : 0) }]),
  );
}

export function boxesOf(doc: StrategyDoc, chosen?: ReadonlySet<string>): Box[] {
  return doc.nodes
    .filter((node) => chosen?.has(node.id) ?? true)
    .map((node) => ({ id: node.id, ...(positionOf(node) ?? { x: 0, y: 0 }), ...NODE }));
}
