import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ErrorBox, Panel, Skeleton } from "@/design";
import { count, plural } from "@/format";
import { CoverageStrip } from "@/lab/CoverageStrip";
import { endOf, type Shelf, wholeness } from "@/lab/lake";
import { INTERVALS, type Series } from "@/lab/markets";
import { coverageQuery } from "@/lab/queries";

/** How far the history of each symbol reaches, and where it has holes. */
export function Symbols({ shelf, series }: { shelf: Shelf; series: readonly Series[] }) {
  const candles = shelf.interval in INTERVALS;
  const coverage = useQuery({ ...coverageQuery(shelf.venue, shelf.interval), enabled: candles });
  const own = series.filter((each) => each.venue === shelf.venue && each.interval === shelf.interval);
  const rows = own.map((each) => ({
    symbol: each.symbol,
    span: { first_ts: each.first_ts, end_ts: endOf(each) },
    coverage: coverage.data?.items.find((item) => item.symbol === each.symbol) ?? null,
  }));
  const found = wholeness(coverage.data?.items ?? []);
  return (
    <Panel
      title={`${shelf.venue} ${shelf.interval}`}
      aside={plural(own.length, "symbol")}
      actions={
        candles && (
          <Link to="/lab" className="button button-sm">
            Backtest on it
          </Link>
        )
      }
    >
      <div className="data-symbols">
        <CoverageStrip rows={rows} whole={{ first_ts: shelf.first_ts, end_ts: endOf(shelf) }} tall />
        {!candles && <p className="data-note">Rates as they are stamped; a stamp that is missing is paid by nobody.</p>}
        {candles && coverage.isPending && (
          <p className="data-note">
            Measuring how whole it is <Skeleton width={80} height={10} />
          </p>
        )}
        {coverage.isError && (
          <ErrorBox
            title="How whole it is cannot be told"
            error={coverage.error}
            onRetry={() => void coverage.refetch()}
          />
        )}
        {found !== null && (
          <p className="data-note">
            {found.whole === found.symbols
              ? `All ${plural(found.symbols, "symbol")} have every bar from their first to their last.`
              : `${plural(found.missing, "bar is", "bars are")} missing in ${count(found.symbols - found.whole)} of ${plural(found.symbols, "symbol")}; the worst is ${found.worst}, the longest gap ${plural(found.longest_gap_bars, "bar")}. Nothing is filled in: orders wait, indicators skip the hole.`}
          </p>
        )}
      </div>
    </Panel>
  );
}
