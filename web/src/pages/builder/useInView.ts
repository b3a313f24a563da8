import { useReactFlow } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { positionOf } from "@/builder/document";
import { NODE } from "@/builder/layout";
import { firstView, READABLE } from "@/builder/view";
import { boxesOf } from "./boxes";
import { useBuilder } from "./context";

/** What is chosen stays in sight: when it was added or gone to, and when a sheet takes half of a phone's screen. */
export function useInView(): void {
  const { doc, only, sheet } = useBuilder();
  const flow = useReactFlow();
  const latest = useRef(doc);
  const before = useRef({ only, open: sheet !== null });
  useEffect(() => {
    latest.current = doc;
  }, [doc]);
  useEffect(() => {
    const was = before.current;
    const open = sheet !== null;
    before.current = { only, open };
    if (was.only === only && was.open === open) return;
    const frame = requestAnimationFrame(() => {
      const node = latest.current.nodes.find((one) => one.id === only);
      const at = node && positionOf(node);
      const screen = document.querySelector(".canvas")?.getBoundingClientRect();
      if (at && screen && !seen(only)) {
        // By the size that the canvas has now: the flow hears of it later.
        const zoom = Math.max(flow.getZoom(), READABLE);
        const x = screen.width / 2 - (at.x + NODE.width / 2) * zoom;
        const y = screen.height / 2 - (at.y + NODE.height / 2) * zoom;
        void flow.setViewport({ x, y, zoom }, { duration: 120 });
      } else if (!at && screen && was.open !== open) {
        void flow.setViewport(firstView(boxesOf(latest.current), screen));
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [only, sheet, flow]);
}

function seen(id: string | null): boolean {
  const element = id === null ? null : document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
  const box = element?.getBoundingClientRect();
  const around = element?.closest(".canvas")?.getBoundingClientRect();
  if (!box || !around) return false;
  return box.left >= around.left && box.right <= around.right && box.top >= around.top && box.bottom <= around.bottom;
}
