import { useMemo } from "react";
import { Panel } from "@/design";
import { fixed, moneyChange, percent, plural } from "@/format";
import { histogram, spreadOf } from "@/lab/distribution";
import type { ResultDocument } from "@/lab/document";

/** How the trades' results are spread. */
export function Distribution({ doc }: { doc: ResultDocument }) {
  const values = useMemo(() => doc.trades.map((trade) => Number(trade.pnl_usd)), [doc]);
  const bins = useMemo(() => histogram(values), [values]);
  const spread = spreadOf(values);
  if (spread === null) return null;
  const most = Math.max(...bins.map((bin) => bin.count));
  const zero = (100 * bins.findIndex((bin) => bin.from >= 0)) / bins.length;
  const usd = (value: number) => moneyChange(value.toFixed(2));
  const summary = `${plural(spread.n, "trade")}: median ${usd(spread.median)}, mean ${usd(spread.mean)}`;
  return (
    <Panel title="Distribution of trades" aside="PnL after costs, USD">
      <div className="lab-histogram" role="img" aria-label={summary}>
        {bins.map((bin) => (
          <div
            key={bin.from}
            className={bin.from >= 0 ? "lab-bin lab-gain" : "lab-bin lab-fall"}
            title={`${edge(bin.from)} to ${edge(bin.to)}: ${plural(bin.count, "trade")}`}
          >
            <span>{bin.count === most ? bin.count : ""}</span>
            <i style={{ height: `${(100 * bin.count) / most}%` }} />
          </div>
        ))}
      </div>
      <div className="lab-histogram-axis" aria-hidden>
        <span>{edge(bins[0]?.from ?? 0)}</span>
        {zero > 12 && zero < 88 && <span style={{ left: `${zero}%` }}>0</span>}
        <span>{edge(bins.at(-1)?.to ?? 0)}</span>
      </div>
      <p className="lab-note muted">
        {summary}.
        {spread.best_share !== null && ` The best trade made ${percent(100 * spread.best_share, 1)} of all profit.`}
      </p>
    </Panel>
  );
}

function edge(value: number): string {
  return fixed(value, Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0, true);
}
