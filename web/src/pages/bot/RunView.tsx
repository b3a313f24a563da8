import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Run, Version } from "@/api/types";
import { Panel, Skeleton } from "@/design";
import { feedsQuery } from "@/runs/deploy";
import { healthQuery } from "@/runs/queries";
import { Headlines } from "./Headlines";
import { Obstacles } from "./Obstacles";
import { RunTabs, type TabKey, TABS } from "./RunTabs";
import { intervalOf, symbolsOf } from "./scope";
import { Why } from "./Why";
import "./Bot.css";

const RunChart = lazy(() => import("./RunChart"));

interface Props {
  run: Run;
  /** Of the version that runs. */
  strategy: Record<string, unknown>;
  versions: readonly Version[];
}

const isTab = (text: string | undefined): text is TabKey => TABS.some((tab) => tab.key === text);

/** A run: its chart beside the reading of a bar, and below them everything that was written down. */
export function RunView({ run, strategy, versions }: Props) {
  const search = useSearch({ from: "/bots/$botId" });
  const navigate = useNavigate();
  const { data: feeds } = useQuery(feedsQuery);
  const { data: health } = useQuery(healthQuery(run.run_id));
  const feed = feeds?.items.find((each) => each.feed === run.feed);
  const symbols = symbolsOf(strategy, feed?.symbols ?? []);
  const step_ms = intervalOf(feed?.interval ?? "1h");
  const [picked, setPicked] = useState("");
  const symbol = symbols.includes(picked) ? picked : (symbols[0] ?? "");
  const newest = newestBar(run, health?.feed_last_ts ?? null, step_ms);
  // The bar that was the newest when the page was opened: the reading stays, while the market goes on.
  const [first, setFirst] = useState(newest);
  if (first === null && newest !== null) setFirst(newest);
  const asked = Number(search.at);
  const at = Number.isFinite(asked) && asked > 0 ? asked : (first ?? newest);
  const go = (changed: { at?: string; tab?: string }) =>
    void navigate({
      to: "/bots/$botId",
      params: { botId: run.bot_id },
      search: { ...search, ...changed },
      replace: true,
    });
  const onAt = (ts: number, of?: string) => {
    if (of) setPicked(of);
    go({ at: String(ts) });
  };
  return (
    <>
      <Headlines run={run} />
      {health && <Obstacles health={health} />}
      <div className="bot-main">
        <Panel flush className="bot-chart">
          <Suspense fallback={<Skeleton height={560} />}>
            <RunChart
              run={run}
              symbols={symbols}
              symbol={symbol}
              onSymbol={setPicked}
              step_ms={step_ms}
              at={Number.isFinite(asked) && asked > 0 ? asked : null}
              onAt={onAt}
            />
          </Suspense>
        </Panel>
        <Why runId={run.run_id} symbol={symbol} at={at} step_ms={step_ms} newest={newest} onAt={onAt} />
      </div>
      <RunTabs
        run={run}
        strategy={strategy}
        versions={versions}
        picked={isTab(search.tab) ? search.tab : "decisions"}
        onPick={(tab) => go({ tab })}
        onAt={onAt}
      />
    </>
  );
}

/** The open of the last bar that closed, while it ran; null before its first. */
function newestBar(run: Run, feedLast: number | null, step_ms: number): number | null {
  const close = run.end_ts ?? feedLast;
  if (close === null || run.begin_ts === null || close <= run.begin_ts) return null;
  return close - step_ms;
}
