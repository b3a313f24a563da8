import { Money, Percent, Ratio, Stat, Stats, Unknown } from "@/design";
import { count, date, money, percent } from "@/format";
import type { Metric, ResultDocument } from "@/lab/document";

const text = (metric: Metric | undefined): string | null =>
  metric === undefined || metric.value === null ? null : String(metric.value);
const number = (metric: Metric | undefined): number | null => (text(metric) === null ? null : Number(metric?.value));

/** The figures one looks at first, each with its basis. */
export function Headlines({ doc }: { doc: ResultDocument }) {
  const { metrics } = doc;
  const sharpe = metrics.sharpe;
  const factor = metrics.profit_factor;
  return (
    <Stats>
      <Stat
        label="Net PnL"
        note={`${percent(number(metrics.return_pct), 2, true)} on ${money(doc.account.start_usd, 0)}`}
      >
        <Money
          usd={text(metrics.net_pnl_usd)}
          change
          decimals={Math.abs(number(metrics.net_pnl_usd) ?? 0) < 1000 ? 2 : 0}
        />
      </Stat>
      <Stat label="Max drawdown" note={drawdownNote(doc)}>
        <Percent value={number(metrics.max_drawdown_pct)} />
      </Stat>
      <Stat label="Sharpe" note={sharpe?.reason ?? `daily, 365, n = ${count(sharpe?.n)}`}>
        <Ratio value={number(sharpe)} why={sharpe?.reason} />
      </Stat>
      <Stat label="Profit factor" note={factor?.reason ?? `win rate ${percent(number(metrics.win_rate_pct), 1)}`}>
        <Ratio value={number(factor)} why={factor?.reason} />
      </Stat>
      <Stat label="Trades" note={`in position ${percent(number(metrics.exposure_pct), 1)} of bars`}>
        {text(metrics.trades) === null ? <Unknown /> : count(number(metrics.trades))}
      </Stat>
      <Stat label="Market change" note="buy and hold, no costs">
        <Percent value={number(metrics.market_change_pct)} change />
      </Stat>
    </Stats>
  );
}

function drawdownNote({ worst_drawdown: worst }: ResultDocument): string {
  if (worst === null) return "equity never fell";
  return `low ${date(worst.trough_ts)}, ${worst.recovered_ts === null ? "not recovered" : `back ${date(worst.recovered_ts)}`}`;
}
