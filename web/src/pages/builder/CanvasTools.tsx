import { Panel as Corner, useReactFlow, useViewport } from "@xyflow/react";
import { layout } from "@/builder/layout";
import { sizesOf } from "./boxes";
import { Button, Icon } from "@/design";
import { useBuilder } from "./context";

/** Zoom, show all, arrange. */
export function CanvasTools() {
  const { doc, checked, dispatch } = useBuilder();
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  const { zoom } = useViewport();
  const arrange = () => {
    dispatch({ do: "move", to: layout(doc, sizesOf(doc, checked.problems)) });
    requestAnimationFrame(() => void fitView({ padding: 0.12, maxZoom: 1, duration: 120 }));
  };
  return (
    <Corner position="bottom-left" className="canvas-tools">
      <Button
        size="sm"
        look="quiet"
        aria-label="Zoom out"
        icon={<Icon name="minus" />}
        onClick={() => void zoomOut()}
      />
      <span className="canvas-zoom">{Math.round(zoom * 100)} %</span>
      <Button size="sm" look="quiet" aria-label="Zoom in" icon={<Icon name="plus" />} onClick={() => void zoomIn()} />
      <Button
        size="sm"
        look="quiet"
        title="Show everything (F)"
        aria-label="Show everything"
        icon={<Icon name="fit" />}
        onClick={() => void fitView({ padding: 0.12, maxZoom: 1 })}
      />
      <Button
        size="sm"
        look="quiet"
        title="Arrange from left to right (L)"
        aria-label="Arrange from left to right"
        icon={<Icon name="layout" />}
        onClick={arrange}
      />
    </Corner>
  );
}
