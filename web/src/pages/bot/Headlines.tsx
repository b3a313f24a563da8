import { useQuery } from "@tanstack/react-query";
import type { Model, Run } from "@/api/types";
import { Bps, Money, Percent, Stat, Stats, Time } from "@/design";
import { fromMicros, micros, percent, plural, sumUsd } from "@/format";
import { metricsQuery, parityQuery, positionsQuery } from "@/runs/queries";

const NO_PRICE = "a position has no price";
const negated = (usd: string): string => fromMicros(-micros(usd));

/** "10 closes, 90 % won" */
function closed(it: Model<"MetricsModel">): string {
  const won = it.win_rate_pct === null ? "" : `, ${percent(it.win_rate_pct, 0)} won`;
  return `${plural(it.closures, "close")}${won}`;
}

export function Headlines({ run }: { run: Run }) {
  const { data: it } = useQuery(metricsQuery(run.run_id));
  const { data: parity } = useQuery(parityQuery(run.run_id));
  const { data: positions } = useQuery(positionsQuery(run.run_id));
  const made = positions?.items.map((position) => position.unrealised_usd);
  const unrealised = !made || made.includes(null) ? null : (sumUsd(made) ?? "0");
  const pnl =
    it && unrealised !== null ? sumUsd([it.realised_usd, negated(it.fees_usd), it.funding_usd, unrealised]) : null;
  const share = pnl === null ? null : (100 * Number(pnl)) / Number(run.capital_usd); // a share, so that a float is fine
  const bps = (parity?.report?.bps_a_day as { total?: number } | undefined)?.total;
  return (
    <Stats>
      <Stat label="Profit and loss" note={<Percent value={share} change why={NO_PRICE} />}>
        <Money usd={pnl} change why={NO_PRICE} />
      </Stat>
      <Stat label="Equity" note="at the last closes">
        <Money usd={pnl === null ? null : sumUsd([run.capital_usd, pnl])} why={NO_PRICE} />
      </Stat>
      <Stat label="Unrealised" note="at the last closes">
        <Money usd={unrealised} change why={NO_PRICE} />
      </Stat>
      <Stat label="Realised" note={it ? closed(it) : " "}>
        <Money usd={it?.realised_usd} change />
      </Stat>
      <Stat label="Fees" note={it ? plural(it.fills, "fill") : " "}>
        <Money usd={it?.fees_usd} />
      </Stat>
      <Stat label="Funding" note="received less paid">
        <Money usd={it?.funding_usd} change />
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
