import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { positionOf } from "@/builder/document";
import { NODE } from "@/builder/layout";
import { useBuilder } from "./context";

/** What is chosen, or all of the graph, stays in sight when a sheet takes half of the screen, and when it goes. */
export function useInView(): void {
  const { doc, only, sheet } = useBuilder();
  const flow = useReactFlow();
  const seen = useRef(sheet);
  useEffect(() => {
    if (seen.current === sheet) return;
    const same = seen.current !== null && sheet !== null;
    seen.current = sheet;
    if (same) return;
    const node = doc.nodes.find((one) => one.id === only);
    const at = node && positionOf(node);
    requestAnimationFrame(() => {
      if (at) void flow.setCenter(at.x + NODE.width / 2, at.y + NODE.height / 2, { zoom: flow.getZoom() });
      else void flow.fitView({ padding: 0.12, maxZoom: 1 });
    });
  }, [doc, only, sheet, flow]);
}
