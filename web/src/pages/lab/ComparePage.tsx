import { useQueries, useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Model } from "@/api/types";
import { Page } from "@/app/Page";
import { EquityChart } from "@/charts";
import { Empty, ErrorBox, Icon, Panel, Skeleton, Unknown } from "@/design";
import { askedText } from "@/lab/begin";
import { differences, figureGroups, growthCurves, namesOf } from "@/lab/comparison";
import { drawdownOf } from "@/lab/equity";
import { figureText, LABELS } from "@/lab/figures";
import { compareQuery, resultQuery } from "@/lab/queries";
import "./Lab.css";

/** Several backtests side by side. */
export default function ComparePage() {
  const { ids = "" } = useSearch({ from: "/lab/compare" });
  const wanted = ids.split(",").filter((id) => id !== "");
  return (
    <Page
      title="Compare backtests"
      facts="Growth since the start, and every figure side by side"
      actions={
        <Link to="/lab" className="button">
          <Icon name="left" /> Back to the lab
        </Link>
      }
    >
      {wanted.length >= 2 ? (
        <Compared ids={wanted} />
      ) : (
        <Panel>
          <Empty title="Nothing to compare" action={<Link to="/lab">Choose two or more in the lab</Link>}>
            Mark backtests that are done, then compare them.
          </Empty>
        </Panel>
      )}
    </Page>
  );
}

function Compared({ ids }: { ids: readonly string[] }) {
  const compared = useQuery(compareQuery(ids));
  if (compared.isError)
    return <ErrorBox title="They cannot be compared" error={compared.error} onRetry={() => void compared.refetch()} />;
  if (compared.isPending) return <Skeleton height={480} />;
  const names = namesOf(compared.data.backtests);
  const apart = differences(compared.data.backtests);
  return (
    <>
      {apart.length > 0 && (
        <p className="lab-warnings">
          <Icon name="warning" /> Compare with care: {apart.join(", ")}.
        </p>
      )}
      <Growth ids={ids} names={names} />
      <Figures comparison={compared.data} names={names} />
    </>
  );
}

function Growth({ ids, names }: { ids: readonly string[]; names: readonly string[] }) {
  const results = useQueries({ queries: ids.map(resultQuery) });
  const failed = results.find((result) => result.isError);
  const docs = results.flatMap((result) => (result.data ? [result.data] : []));
  const whole = docs.length === ids.length;
  return (
    <Panel title="Growth" aside={whole ? `drawdown of ${names[0] ?? ""}` : undefined}>
      {failed && (
        <ErrorBox title="A result cannot be read" error={failed.error} onRetry={() => void failed.refetch()} />
      )}
      {!failed && !whole && <Skeleton height={340} />}
      {!failed && whole && <Curves docs={docs} names={names} />}
    </Panel>
  );
}

function Curves({ docs, names }: { docs: Parameters<typeof growthCurves>[0]; names: readonly string[] }) {
  const stamp = docs.map((doc) => doc.orders_hash).join();
  // The documents never change: their hashes say whether they are others.
  const drawn = useMemo(() => {
    const curves = growthCurves(docs, names);
    const first = curves[0]?.points.map(({ ts, value }) => ({ ts, value: value === null ? null : 100 + value })) ?? [];
    return { curves, drawdown: drawdownOf(first) };
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [stamp]);
  return (
    <EquityChart
      {...drawn}
      unit="%"
      caption="Simulated, last equity of each UTC day, growth since the start"
      height={340}
    />
  );
}

function Figures({ comparison, names }: { comparison: Model<"Comparison">; names: readonly string[] }) {
  const { backtests, figures } = comparison;
  return (
    <Panel title="Figures" aside="■ the best of the row, where one can say so" flush>
      <div className="table-box" tabIndex={0} role="region" aria-label="Figures side by side">
        <table className="table lab-compare">
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {backtests.map((backtest, at) => (
                <th key={backtest.backtest_id} scope="col" className="table-right">
                  <i className="chart-swatch" style={{ borderColor: `var(--series-${(at % 6) + 1})` }} aria-hidden />
                  <Link to="/lab" search={{ id: backtest.backtest_id }} title={askedText(backtest)}>
                    {names[at]}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          {figureGroups(figures).map(({ group, rows }) => (
            <tbody key={group}>
              <tr>
                <th scope="rowgroup" colSpan={backtests.length + 1}>
                  {group}
                </th>
              </tr>
              {rows.map((row) => (
                <tr key={row.name}>
                  <td>{LABELS[row.name] ?? row.name}</td>
                  {row.values.map((value, at) => (
                    <td
                      key={backtests[at]?.backtest_id}
                      className={`table-right ${row.best.includes(at) ? "lab-best" : ""}`}
                    >
                      {value === null ? <Unknown /> : figureText(row.name, value, row.unit)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </Panel>
  );
}
