import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import type { BlockFlowNode } from "@/builder/flow";
import { brief } from "@/builder/problems";
import { Button } from "@/design";
import { useMending } from "./mending";
import { RoleMark } from "./RoleMark";
import "./BlockNode.css";

/** Letters of a mend that leave room for words beside them. */
const ROOM = 16;

/** A node of the canvas: what it is, what it says, and what is wrong with it, with the mend as a button. */
export const BlockNode = memo(function BlockNode({ id, data, selected }: NodeProps<BlockFlowNode>) {
  const { title, role, line, problems, mend } = data;
  const mending = useMending();
  const wrong = problems[0];
  const tone = wrong === undefined ? "" : wrong.severity === "error" ? "block-node-error" : "block-node-warning";
  return (
    <div className={`block-node block-node-${role} ${tone} ${selected ? "block-node-chosen" : ""}`}>
      {role !== "trigger" && <Handle type="target" position={Position.Left} className="block-node-handle" />}
      <div className="block-node-body">
        <p className="block-node-head">
          <RoleMark role={role} />
          <span className="block-node-title">{title}</span>
          <span className="block-node-id">{id}</span>
        </p>
        <p className="block-node-line" title={line}>
          {line}
        </p>
      </div>
      {wrong && (
        <p className="block-node-foot" title={wrong.rule}>
          <span aria-hidden>{wrong.severity === "error" ? "◆" : "▲"}</span>
          <span className="block-node-rule">
            {(mend === null || mend.label.length <= ROOM) && brief(wrong)}
            {problems.length > 1 && ` +${problems.length - 1}`}
          </span>
          {mend && (
            <Button size="sm" className="nodrag nopan block-node-mend" onClick={() => mending(mend)}>
              {mend.label}
            </Button>
          )}
        </p>
      )}
      <Handle type="source" position={Position.Right} className="block-node-handle" />
    </div>
  );
});
