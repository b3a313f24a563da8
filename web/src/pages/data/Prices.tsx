import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { CandleChart } from "@/charts";
import { Button, ErrorBox, Icon, Panel, Select, Skeleton } from "@/design";
import { count, plural } from "@/format";
import { endOf, type Shelf } from "@/lab/lake";
import type { Series } from "@/lab/markets";
import { coverageQuery } from "@/lab/queries";
import { barsOf } from "@/pages/bot/candles";
import { around, earlier, gapText, later, missingOf, pricesQuery } from "./prices";

const HEIGHT = 360;

/** The bars themselves, as a backtest gets them: where one is missing, there is a hole. */
export function Prices({ shelf, series }: { shelf: Shelf; series: readonly Series[] }) {
  const own = series.filter((each) => each.venue === shelf.venue && each.interval === shelf.interval);
  const [symbol, setSymbol] = useState(own[0]?.symbol ?? "");
  const [before_ts, setBefore] = useState<number | null>(null);
  const { venue, interval } = shelf;
  const prices = useQuery(pricesQuery({ venue, interval, symbol, before_ts }));
  const coverage = useQuery(coverageQuery(venue, interval)).data?.items.find((each) => each.symbol === symbol);
  const { data } = prices;
  const bars = useMemo(() => (data ? barsOf(data) : []), [data]);
  const stored = own.find((each) => each.symbol === symbol);
  const show = (next: string) => {
    setSymbol(next);
    setBefore(null);
  };
  const gaps = coverage?.gaps ?? [];
  const missing = data ? missingOf(data) : 0;
  return (
    <Panel
      title="Prices"
      aside={
        data &&
        `${plural(bars.length, "bar")} in sight${missing > 0 ? `, ${count(missing)} missing` : ", none missing"}`
      }
      actions={
        <div className="data-look">
          <Select
            small
            aria-label="Market of the prices"
            value={symbol}
            options={own.map((each) => ({ value: each.symbol, label: each.symbol }))}
            onPick={show}
          />
          {data && gaps.length > 0 && (
            <Select
              small
              aria-label="Go to a gap"
              value=""
              options={[
                { value: "", label: `Go to a gap (${gaps.length})`, disabled: true },
                ...gaps.map((gap, at) => ({ value: String(at), label: gapText(gap, data.step_ms) })),
              ]}
              onPick={(at) => setBefore(around(gaps[Number(at)] ?? [], data.step_ms))}
            />
          )}
          <Button
            size="sm"
            aria-label="Earlier bars"
            icon={<Icon name="left" />}
            disabled={!data || !stored || earlier(data, stored.first_ts) === null}
            onClick={() => data && stored && setBefore(earlier(data, stored.first_ts))}
          />
          <Button
            size="sm"
            aria-label="Later bars"
            icon={<Icon name="right" />}
            disabled={!data || !stored || before_ts === null}
            onClick={() => data && stored && setBefore(later(data, endOf(stored), gaps))}
          />
        </div>
      }
      flush
    >
      {prices.isError && (
        <div className="panel-body">
          <ErrorBox title="The bars cannot be read" error={prices.error} onRetry={() => void prices.refetch()} />
        </div>
      )}
      {prices.isPending && <Skeleton height={HEIGHT} />}
      {data && (
        <div className="data-chart" aria-busy={prices.isPlaceholderData}>
          <CandleChart
            bars={bars}
            step_ms={data.step_ms}
            height={HEIGHT}
            source={{
              venue: data.venue,
              symbol: data.symbol,
              interval: data.interval,
              from_ts: data.ts[0] ?? 0,
              to_ts: data.ts.at(-1) ?? 0,
              coverage: coverage?.ratio ?? null,
            }}
          />
        </div>
      )}
    </Panel>
  );
}
