import { useQuery } from "@tanstack/react-query";
import type { Model, Run } from "@/api/types";
import { Bps, ErrorBox, Money, Percent, Skeleton, Stale, Stat, Stats, Time } from "@/design";
import { percent, plural, sumUsd } from "@/format";
import { metricsQuery, parityQuery } from "@/runs/queries";

const NO_PRICE = "a position has no price";

/** "10 closes, 90 % won" */
function closed(it: Model<"MetricsModel">): string {
  const won = it.win_rate_pct === null ? "" : `, ${percent(it.win_rate_pct, 0)} won`;
  return `${plural(it.closures, "close")}${won}`;
}

/** All money of one moment, in one answer. */
export function Headlines({ run }: { run: Run }) {
  const asked = useQuery(metricsQuery(run.run_id));
  const { data: parity } = useQuery(parityQuery(run.run_id));
  const { data: it, error, refetch } = asked;
  if (!it) return error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : <Skeleton height={92} />;
  return (
    <>
      <Stale asked={asked} />
      <Figures run={run} it={it} parity={parity} />
    </>
  );
}

interface Props {
  run: Run;
  it: Model<"MetricsModel">;
  parity: Model<"ParityModel"> | undefined;
}

function Figures({ run, it, parity }: Props) {
  const pnl = sumUsd([it.booked_usd, it.unrealised_usd]);
  const share = pnl === null ? null : (100 * Number(pnl)) / Number(run.capital_usd); // a share, so that a float is fine
  const bps = (parity?.report?.bps_a_day as { total?: number } | undefined)?.total;
  return (
    <Stats>
      <Stat label="Profit and loss" note={<Percent value={share} change why={NO_PRICE} />}>
        <Money usd={pnl} change why={NO_PRICE} />
      </Stat>
      <Stat label="Equity" note="at the last closes">
        <Money usd={it.worth_usd} why={NO_PRICE} />
      </Stat>
      <Stat label="Unrealised" note="at the last closes">
        <Money usd={it.unrealised_usd} change why={NO_PRICE} />
      </Stat>
      <Stat label="Realised" note={closed(it)}>
        <Money usd={it.realised_usd} change />
      </Stat>
      <Stat label="Fees" note={plural(it.fills, "fill")}>
        <Money usd={it.fees_usd} />
      </Stat>
      <Stat label="Funding" note="received less paid">
        <Money usd={it.funding_usd} change />
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
