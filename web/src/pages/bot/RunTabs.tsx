import { useQuery } from "@tanstack/react-query";
import type { Run, Version } from "@/api/types";
import { Panel, Tabs } from "@/design";
import { positionsQuery } from "@/runs/queries";
import { Closures } from "./Closures";
import { Decisions } from "./Decisions";
import { Events } from "./Events";
import { Fills } from "./Fills";
import { Orders } from "./Orders";
import { Parity } from "./Parity";
import { Positions } from "./Positions";
import { Risk } from "./Risk";
import { Versions } from "./Versions";

export const TABS = [
  { key: "decisions", label: "Decisions" },
  { key: "positions", label: "Positions" },
  { key: "orders", label: "Orders" },
  { key: "fills", label: "Fills" },
  { key: "closures", label: "Closed trades" },
  { key: "parity", label: "Parity" },
  { key: "risk", label: "Risk" },
  { key: "events", label: "Events" },
  { key: "versions", label: "Versions" },
] as const;

export type TabKey = (typeof TABS)[number]["key"];

interface Props {
  run: Run;
  strategy: Record<string, unknown>;
  versions: readonly Version[];
  picked: TabKey;
  onPick: (tab: TabKey) => void;
  onAt: (at: number, symbol?: string) => void;
}

/** Everything that was written down about the run. */
export function RunTabs({ run, strategy, versions, picked, onPick, onAt }: Props) {
  const { data: positions } = useQuery(positionsQuery(run.run_id));
  const tabs = TABS.map((tab) => (tab.key === "positions" ? { ...tab, count: positions?.items.length } : tab));
  return (
    <Panel flush className="bot-tabs">
      <Tabs label="Records" tabs={tabs} picked={picked} onPick={onPick}>
        {picked === "decisions" && <Decisions runId={run.run_id} onAt={onAt} />}
        {picked === "positions" && <Positions runId={run.run_id} />}
        {picked === "orders" && <Orders runId={run.run_id} />}
        {picked === "fills" && <Fills runId={run.run_id} />}
        {picked === "closures" && <Closures runId={run.run_id} onAt={onAt} />}
        {picked === "parity" && <Parity runId={run.run_id} />}
        {picked === "risk" && <Risk runId={run.run_id} strategy={strategy} />}
        {picked === "events" && <Events runId={run.run_id} />}
        {picked === "versions" && <Versions botId={run.bot_id} versions={versions} running={run.version} />}
      </Tabs>
    </Panel>
  );
}
