import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { botsQuery, templatesQuery, versionsQuery } from "@/api/queries";
import { Page } from "@/app/Page";
import { Empty, ErrorBox, Icon, Panel, Skeleton, SkeletonRows } from "@/design";
import { beginning, likeBefore, scopeOf } from "@/lab/begin";
import { backtestQuery, backtestsQuery, seriesQuery } from "@/lab/queries";
import { History } from "./History";
import { Result } from "./Result";
import { Standing } from "./Standing";
import { WishForm } from "./WishForm";
import "./Lab.css";

/** Backtests: ask for one, watch it, read it, choose some to compare. */
export default function LabPage() {
  const { id } = useSearch({ from: "/lab" });
  const past = useQuery(backtestsQuery);
  return (
    <Page
      title="Backtest lab"
      facts="What a strategy would have done on past data, and what that would have cost"
      actions={
        id !== undefined && (
          <Link to="/lab" className="button button-primary">
            <Icon name="plus" /> New backtest
          </Link>
        )
      }
    >
      <div className="lab">
        <div className="lab-main">{id === undefined ? <Ask /> : <One id={id} />}</div>
        <aside className="lab-side">
          {past.isPending && (
            <Panel title="Backtests">
              <SkeletonRows rows={6} />
            </Panel>
          )}
          {past.isError && (
            <ErrorBox title="Your backtests cannot be listed" error={past.error} onRetry={() => void past.refetch()} />
          )}
          {past.data && <History backtests={past.data.items} picked={id} />}
        </aside>
      </div>
    </Page>
  );
}

function One({ id }: { id: string }) {
  const backtest = useQuery(backtestQuery(id));
  if (backtest.isError) return <ErrorBox error={backtest.error} onRetry={() => void backtest.refetch()} />;
  if (backtest.isPending) return <Skeleton height={120} />;
  return backtest.data.state === "done" ? <Result backtest={backtest.data} /> : <Standing backtest={backtest.data} />;
}

/** The form, once it is known what there is to choose from. */
function Ask() {
  const search = useSearch({ from: "/lab" });
  const navigate = useNavigate();
  const series = useQuery(seriesQuery);
  const bots = useQuery(botsQuery);
  const templates = useQuery(templatesQuery);
  const versions = useQuery({ ...versionsQuery(search.bot ?? ""), enabled: search.bot !== undefined });
  const before = useQuery({ ...backtestQuery(search.like ?? ""), enabled: search.like !== undefined });
  const asked = [series, bots, templates, ...(search.bot ? [versions] : []), ...(search.like ? [before] : [])];
  const failed = asked.find((query) => query.isError);
  if (failed) return <ErrorBox error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!series.data || !bots.data || !templates.data || asked.some((query) => query.isPending))
    return <Skeleton height={520} />;
  if (series.data.items.length === 0) return <NoData />;
  const strategy = versions.data?.items.find(
    (each) => search.version === undefined || `${each.version}` === search.version,
  )?.strategy;
  const begin = before.data
    ? likeBefore(before.data, series.data.items)
    : beginning(search, bots.data.items, templates.data.items, series.data.items, strategy && scopeOf(strategy));
  return (
    <WishForm
      key={JSON.stringify(search)}
      begin={begin}
      bots={bots.data.items}
      templates={templates.data.items}
      series={series.data.items}
      before={before.data}
      onQueued={(backtest) => void navigate({ to: "/lab", search: { id: backtest.backtest_id } })}
    />
  );
}

function NoData() {
  return (
    <Panel>
      <Empty title="There is no history to backtest on" action={<Link to="/data">Look at the data</Link>}>
        Bring some in with <code>paddock data download</code> or <code>paddock data import</code>, or try the generated
        market with <code>paddock demo</code>.
      </Empty>
    </Panel>
  );
}
