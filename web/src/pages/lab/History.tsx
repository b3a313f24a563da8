import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Backtest } from "@/api/types";
import { Age, Button, Empty, Panel } from "@/design";
import { askedText } from "@/lab/begin";
import { StateBadge } from "./StateBadge";

const MOST = 10; // that can be laid side by side

/** All my backtests; those that are done can be chosen to be compared. */
export function History({ backtests, picked }: { backtests: readonly Backtest[]; picked?: string }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const ids = [...chosen].join(",");
  const fits = chosen.size >= 2 && chosen.size <= MOST;
  return (
    <Panel
      title="Backtests"
      aside={chosen.size === 0 ? undefined : `${chosen.size} chosen`}
      flush
      actions={
        fits ? (
          <Link to="/lab/compare" search={{ ids }} className="button button-sm">
            Compare {chosen.size}
          </Link>
        ) : (
          <Button size="sm" disabled title={`Choose 2 to ${MOST} that are done`}>
            Compare
          </Button>
        )
      }
    >
      {backtests.length === 0 ? (
        <Empty title="No backtests yet">What you run is kept here, to look at again and to compare.</Empty>
      ) : (
        <ul className="lab-history">
          {backtests.map((each) => (
            <li key={each.backtest_id} className="lab-past" aria-current={each.backtest_id === picked || undefined}>
              <input
                type="checkbox"
                aria-label={`Compare ${each.strategy_name}`}
                disabled={each.state !== "done"}
                checked={chosen.has(each.backtest_id)}
                onChange={() => toggle(each.backtest_id)}
              />
              <Link to="/lab" search={{ id: each.backtest_id }} className="lab-past-link">
                <span className="lab-past-head">
                  <strong>{each.strategy_name}</strong>
                  <StateBadge backtest={each} />
                </span>
                <span className="lab-past-note">{askedText(each)}</span>
                <span className="lab-past-note">
                  <Age ts={each.created_ts} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
