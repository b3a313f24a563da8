import { Tabs } from "@/design";
import { BlockPanel } from "./BlockPanel";
import { ChosenPanel } from "./ChosenPanel";
import { type Side, useBuilder } from "./context";
import { ProblemsPanel } from "./ProblemsPanel";
import { StrategyPanel } from "./StrategyPanel";
import "./Inspector.css";

export const INSPECTOR = "builder-inspector";

/** What is chosen, the strategy as a whole, and its problems. */
export function Inspector() {
  const { state, only, side, show, checked } = useBuilder();
  const count = checked.problems.length;
  const tabs = [
    { key: "block" as const, label: state.nodes.size > 1 ? "Blocks" : "Block" },
    { key: "strategy" as const, label: "Strategy" },
    { key: "problems" as const, label: "Problems", count: count > 0 ? count : undefined },
  ];
  return (
    <div className="inspector" id={INSPECTOR}>
      <Tabs<Side> label="Inspector" tabs={tabs} picked={side} onPick={show}>
        <div className="inspector-body">
          {side === "block" && (only === null ? <ChosenPanel /> : <BlockPanel key={only} id={only} />)}
          {side === "strategy" && <StrategyPanel />}
          {side === "problems" && <ProblemsPanel />}
        </div>
      </Tabs>
    </div>
  );
}
