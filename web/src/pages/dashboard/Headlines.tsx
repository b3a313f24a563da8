import { useQuery } from "@tanstack/react-query";
import { Bps, Money, Percent, Stat, Stats } from "@/design";
import { micros, plural } from "@/format";
import type { Totals } from "./figures";
import { statusQuery } from "./status";

export function Headlines({ totals }: { totals: Totals }) {
  const { data: status } = useQuery(statusQuery);
  return (
    <Stats>
      <Stat label="Equity" note={<Part label="of capital" usd={totals.capital} />}>
        <Money usd={totals.equity} why="no run goes on" />
      </Stat>
      <Stat label="Profit and loss" note={<Return totals={totals} />}>
        <Money usd={totals.pnl} change why="nothing was decided yet" />
      </Stat>
      <Stat label="Today" note="since midnight UTC">
        <Money usd={status?.daily_pnl} change />
      </Stat>
      <Stat label="Runs" note={totals.paused > 0 ? `${totals.paused} paused` : "none paused"}>
        {totals.running}
      </Stat>
      <Stat label="Parity, farthest" note="a day, off its backtest">
        <Bps value={totals.parity} why="not measured yet" />
      </Stat>
      <Stat label="Exposure" note="across all bots">
        {plural(totals.positions, "position")}
      </Stat>
    </Stats>
  );
}

function Part({ label, usd }: { label: string; usd: string | null }) {
  return usd === null ? null : (
    <>
      {label} <Money usd={usd} decimals={0} />
    </>
  );
}

/** A share, so that a float is fine. */
function Return({ totals }: { totals: Totals }) {
  if (!totals.pnl || !totals.capital || micros(totals.capital) === 0n) return null;
  return <Percent value={(100 * Number(totals.pnl)) / Number(totals.capital)} change />;
}
