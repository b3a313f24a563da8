import {
  Background,
  BackgroundVariant,
  type Connection,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/base.css";
import { type DragEvent, type FocusEvent, useCallback, useMemo, useRef, useState } from "react";
import { added } from "@/builder/adding";
import { rejection } from "@/builder/connect";
import type { Point, StrategyDoc } from "@/builder/document";
import { addNode, connect } from "@/builder/edit";
import { type BlockFlowNode, FlowCache, flowEdges } from "@/builder/flow";
import { GRID, NODE, snapped } from "@/builder/layout";
import { firstView } from "@/builder/view";
import { toasts } from "@/design";
import { BlockNode } from "./BlockNode";
import { boxesOf } from "./boxes";
import { CanvasTools } from "./CanvasTools";
import { useBuilder } from "./context";
import { BLOCK_DRAG } from "./drag";
import "./Canvas.css";

const NODE_TYPES = { block: BlockNode };
const SNAP: [number, number] = [GRID, GRID];
const STILL: ReadonlyMap<string, Point> = new Map();
const NOTHING: ReadonlySet<string> = new Set();
const EDGE = { type: "default", interactionWidth: 24 } as const;
const MAP = { width: 132, height: 84 };

/** The graph: nodes that are moved, joined and chosen; blocks of the palette are dropped on it. */
export function Canvas({ map }: { map: boolean }) {
  const { state, doc, dispatch, blocks, checked } = useBuilder();
  const flow = useReactFlow();
  const place = useRef<HTMLDivElement>(null);
  const [cache] = useState(() => new FlowCache());
  const [dragged, setDragged] = useState(STILL);
  const { problems, sentences } = checked;
  const { nodes: chosenNodes, edges: chosenEdges } = state;
  const nodes = useMemo(
    () => cache.nodes(doc, { blocks, sentences, problems, nodes: chosenNodes, edges: chosenEdges, dragged }),
    [cache, doc, blocks, sentences, problems, chosenNodes, chosenEdges, dragged],
  );
  const edges = useMemo(
    () => flowEdges(doc, { nodes: chosenNodes, edges: chosenEdges, problems }),
    [doc, chosenNodes, chosenEdges, problems],
  );

  const begin = () => {
    const screen = place.current?.getBoundingClientRect();
    if (screen) void flow.setViewport(firstView(boxesOf(doc), screen));
  };
  const onNodesChange = useCallback(
    (changes: NodeChange<BlockFlowNode>[]) => {
      const picks = changes.flatMap((one) => (one.type === "select" ? [[one.id, one.selected] as const] : []));
      if (picks.length > 0) dispatch({ do: "pick", nodes: picks });
      const moves = changes.flatMap((one) =>
        one.type === "position" && one.dragging && one.position ? [[one.id, one.position] as const] : [],
      );
      if (moves.length > 0) setDragged((before) => new Map([...before, ...moves]));
    },
    [dispatch],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange[]) => {
      const picks = changes.flatMap((one) => (one.type === "select" ? [[one.id, one.selected] as const] : []));
      if (picks.length > 0) dispatch({ do: "pick", edges: picks });
    },
    [dispatch],
  );
  const onDragged = useCallback(
    (_: unknown, __: unknown, moved: BlockFlowNode[] = []) => {
      const to = new Map(moved.map((node) => [node.id, { x: snapped(node.position.x), y: snapped(node.position.y) }]));
      dispatch({ do: "move", to });
      setDragged(STILL);
    },
    [dispatch],
  );
  const onConnect = useCallback(
    ({ source, target }: Connection) => dispatch({ do: "edit", change: (made) => connect(made, source, target) }),
    [dispatch],
  );
  const onConnectEnd: OnConnectEnd = (_, { isValid, fromNode, toNode, fromHandle }) => {
    if (isValid || !fromNode || !toNode) return;
    const forward = fromHandle?.type === "source";
    const why = rejection(doc, forward ? fromNode.id : toNode.id, forward ? toNode.id : fromNode.id);
    if (why) toasts.say(why, "bad");
  };
  const onDrop = (event: DragEvent) => {
    const type = event.dataTransfer.getData(BLOCK_DRAG);
    if (!type) return;
    event.preventDefault();
    const roleOf = (name: string) => blocks.get(name)?.role;
    const over = edgeAt(event.clientX, event.clientY);
    const middle = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    const at = { x: snapped(middle.x - NODE.width / 2), y: snapped(middle.y - NODE.height / 2) };
    const dropped = (before: StrategyDoc) =>
      over === undefined
        ? addNode(before, type, at)
        : added(before, type, { nodes: NOTHING, edges: new Set([over]) }, roleOf);
    dispatch({ do: "edit", change: (before) => dropped(before)[0], choose: [dropped(doc)[1]] });
  };
  // By the keyboard only: a press of the mouse chooses by itself, with its modifiers.
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const id = event.target.closest<HTMLElement>(".react-flow__node")?.dataset.id;
    if (id !== undefined && event.target.matches(":focus-visible") && !state.nodes.has(id)) {
      dispatch({ do: "choose", nodes: [id] });
    }
  };

  return (
    <div ref={place} className="canvas" onFocus={onFocus}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        defaultEdgeOptions={EDGE}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStop={onDragged}
        onSelectionDragStop={(event, moved) => onDragged(event, null, moved)}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={({ source, target }) => rejection(doc, source, target) === ""}
        onDragOver={(event) => event.dataTransfer.types.includes(BLOCK_DRAG) && event.preventDefault()}
        onDrop={onDrop}
        connectionRadius={28}
        snapToGrid
        snapGrid={SNAP}
        minZoom={0.15}
        maxZoom={2}
        onInit={begin}
        deleteKeyCode={null}
        disableKeyboardA11y
        aria-label="The strategy as a graph"
      >
        <Background variant={BackgroundVariant.Dots} gap={GRID * 3} size={1} />
        {map && (
          <MiniMap
            pannable
            zoomable
            position="bottom-right"
            nodeBorderRadius={6}
            style={MAP}
            ariaLabel="Map of the graph"
          />
        )}
        <CanvasTools />
      </ReactFlow>
    </div>
  );
}

/** The key of the edge at a point of the screen. */
function edgeAt(x: number, y: number): string | undefined {
  return document.elementFromPoint(x, y)?.closest<HTMLElement>(".react-flow__edge")?.dataset.id;
}
