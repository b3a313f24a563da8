import { useQuery } from "@tanstack/react-query";
import type { Run } from "@/api/types";
import { Bps, Money, Percent, Stat, Stats, Time } from "@/design";
import { plural } from "@/format";
import { metricsQuery, parityQuery } from "@/runs/queries";

export function Headlines({ run }: { run: Run }) {
  const { data: it } = useQuery(metricsQuery(run.run_id));
  const { data: parity } = useQuery(parityQuery(run.run_id));
  const bps = (parity?.report?.bps_a_day as { total?: number } | undefined)?.total;
  return (
    <Stats>
      <Stat label="Profit and loss" note={it ? <Percent value={it.return_pct} change /> : " "}>
        <Money usd={it?.pnl_usd} change why="nothing was decided yet" />
      </Stat>
      <Stat label="Equity" note="at its last decision">
        <Money usd={it?.equity_usd} why="nothing was decided yet" />
      </Stat>
      <Stat label="Realised" note={it ? plural(it.closures, "close") : " "}>
        <Money usd={it?.realised_usd} change />
      </Stat>
      <Stat label="Fees" note={it ? plural(it.fills, "fill") : " "}>
        <Money usd={it?.fees_usd} />
      </Stat>
      <Stat label="Funding" note="received less paid">
        <Money usd={it?.funding_usd} change />
      </Stat>
      <Stat label="Win rate" note={it ? `${it.wins} of ${it.closures}` : " "}>
        <Percent value={it?.win_rate_pct} decimals={1} why="nothing was closed yet" />
      </Stat>
      <Stat
        label="Parity"
        note={
          parity?.ts ? (
            <>
              at <Time ts={parity.ts} />
            </>
          ) : (
            "bps of capital a day"
          )
        }
      >
        <Bps value={bps} why="not measured yet" />
      </Stat>
    </Stats>
  );
}
