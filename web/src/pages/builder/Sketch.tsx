import { useMemo } from "react";
import type { Block } from "@/builder/blocks";
import type { StrategyDoc } from "@/builder/document";
import { layout, NODE } from "@/builder/layout";

/** A graph in small, without words. */
export function Sketch({ doc, blocks }: { doc: StrategyDoc; blocks: ReadonlyMap<string, Block> }) {
  const places = useMemo(() => layout(doc), [doc]);
  const all = [...places.values()];
  const width = Math.max(...all.map((at) => at.x)) + NODE.width;
  const height = Math.max(...all.map((at) => at.y)) + NODE.height;
  return (
    <svg
      className="sketch"
      viewBox={`-12 -12 ${width + 24} ${height + 24}`}
      preserveAspectRatio="xMidYMid meet"
      aria-hidden
      focusable="false"
    >
      {doc.edges.map((edge) => {
        const from = places.get(edge.source);
        const to = places.get(edge.target);
        if (!from || !to) return null;
        const [x1, y1, x2, y2] = [from.x + NODE.width, from.y + NODE.height / 2, to.x, to.y + NODE.height / 2];
        const bend = (x2 - x1) / 2;
        return (
          <path
            key={`${edge.source} ${edge.target}`}
            d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`}
          />
        );
      })}
      {doc.nodes.map((node) => {
        const at = places.get(node.id);
        const role = blocks.get(node.type)?.role ?? "unknown";
        return (
          at && (
            <rect
              key={node.id}
              className={`sketch-${role}`}
              x={at.x}
              y={at.y}
              width={NODE.width}
              height={NODE.height}
              rx={14}
            />
          )
        );
      })}
    </svg>
  );
}
