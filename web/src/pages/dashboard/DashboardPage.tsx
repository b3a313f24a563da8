import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { Page } from "@/app/Page";
import { Button, Empty, ErrorBox, Icon, Panel, Skeleton, SkeletonRows, Stale } from "@/design";
import { plural } from "@/format";
import { type Asking, RunDialogs } from "@/runs/RunDialogs";
import { Alerts } from "./Alerts";
import { type Totals, totals } from "./figures";
import { type FleetRow, fleetQuery } from "./fleet";
import { FleetTable } from "./FleetTable";
import { Headlines } from "./Headlines";
import { Positions } from "./Positions";
import { ServerState } from "./ServerState";
import { statusQuery } from "./status";

const FleetEquity = lazy(() => import("./FleetEquity"));

export default function DashboardPage() {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Asking | null>(null);
  const asked = useQuery(fleetQuery);
  const { data: fleet, error, refetch } = asked;
  const build = () => void navigate({ to: "/builder" });
  const actions = (
    <Button look="primary" icon={<Icon name="plus" />} onClick={build}>
      New strategy
    </Button>
  );
  if (!fleet) {
    return (
      <Page title="Dashboard" actions={actions}>
        {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : <Loading />}
      </Page>
    );
  }
  const { rows } = fleet;
  const sum = totals(rows);
  return (
    <Page title="Dashboard" facts={<ServerState />} actions={actions}>
      <Stale asked={asked} />
      {rows.length > 0 && <Headlines totals={sum} />}
      <Alerts alerts={fleet.alerts} rows={rows} />
      <Panel title="Bots" aside={rows.length > 0 && counted(rows, sum)} flush>
        <FleetTable rows={rows} onAsk={setAsking} empty={<NoBots onBuild={build} />} />
      </Panel>
      {rows.length > 0 && (
        <>
          <Panel title="Equity" aside="all runs that go on, at their decisions">
            <Suspense fallback={<Skeleton height={280} />}>
              <FleetEquity rows={rows} />
            </Suspense>
          </Panel>
          <Panel title="Positions" aside={plural(sum.positions, "open position")} flush>
            <Positions rows={rows} />
          </Panel>
        </>
      )}
      <RunDialogs asking={asking} onClose={() => setAsking(null)} />
    </Page>
  );
}

/** "3 bots, 2 running, 1 paused" */
function counted(rows: readonly FleetRow[], sum: Totals): string {
  const bots = plural(new Set(rows.map((row) => row.bot.bot_id)).size, "bot");
  return [bots, `${sum.running} running`, ...(sum.paused > 0 ? [`${sum.paused} paused`] : [])].join(", ");
}

function Loading() {
  return (
    <>
      <Skeleton height={92} />
      <Panel title="Bots" flush>
        <SkeletonRows rows={4} label="Loading the bots" />
      </Panel>
    </>
  );
}

function NoBots({ onBuild }: { onBuild: () => void }) {
  const { data: status } = useQuery(statusQuery);
  if (status?.getting_ready) {
    return (
      <Empty title="The server is getting ready">
        It is {status.getting_ready}. Bots begin by themselves then; you can build and read strategies meanwhile.
      </Empty>
    );
  }
  return (
    <Empty
      title="No bots yet"
      action={
        <Button look="primary" onClick={onBuild}>
          Build a strategy
        </Button>
      }
    >
      A bot is a strategy with a name and versions. Build one or begin with a template, backtest it, then deploy it on
      paper.
    </Empty>
  );
}
