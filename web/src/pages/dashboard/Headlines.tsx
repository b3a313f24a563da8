import { useQuery } from "@tanstack/react-query";
import { Bps, Money, Percent, Stat, Stats } from "@/design";
import { micros, plural, sumUsd } from "@/format";
import type { Totals } from "./figures";
import { statusQuery } from "./status";

export function Headlines({ totals }: { totals: Totals }) {
  const { data: status } = useQuery(statusQuery);
  const pnl = sumUsd([totals.booked, totals.unrealised]);
  const why = totals.runs === 0 ? "no run goes on" : "a position has no price";
  return (
    <Stats>
      <Stat label="Equity" note={<Part label="of capital" usd={totals.capital} />}>
        <Money usd={totals.equity} why={why} />
      </Stat>
      <Stat label="Profit and loss" note={<Return pnl={pnl} capital={totals.capital} />}>
        <Money usd={pnl} change why={why} />
      </Stat>
      <Stat label="Unrealised" note="at the last closes">
        <Money usd={totals.unrealised} change why={why} />
      </Stat>
      <Stat label="Today" note="since midnight UTC">
        <Money usd={status?.daily_pnl} change />
      </Stat>
      <Stat label="Exposure" note={plural(totals.positions, "position")}>
        <Money usd={totals.notional} decimals={0} why={why} />
      </Stat>
      <Stat label="Drawdown" note="of the deepest run">
        <Percent value={totals.drawdown} why={why} />
      </Stat>
      <Stat label="Parity" note="a day, the farthest">
        <Bps value={totals.parity} why="not measured yet" />
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
function Return({ pnl, capital }: { pnl: string | null; capital: string | null }) {
  if (pnl === null || capital === null || micros(capital) === 0n) return null;
  return <Percent value={(100 * Number(pnl)) / Number(capital)} change />;
}
