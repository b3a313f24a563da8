import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Run } from "@/api/types";
import { CandleChart } from "@/charts";
import { Empty, ErrorBox, Skeleton, Tabs } from "@/design";
import { fillsQuery, ordersQuery } from "@/runs/queries";
import { barsOf, candlesQuery } from "./candles";
import { marksOf, restingLevels } from "./marks";

interface Props {
  run: Run;
  symbols: readonly string[];
  symbol: string;
  onSymbol: (symbol: string) => void;
  step_ms: number;
  /** The bar that is being read. */
  at: number | null;
  onAt: (at: number) => void;
}

/** What the run saw and did; a click on a bar asks why. */
export default function RunChart({ run, symbols, symbol, onSymbol, step_ms, at, onAt }: Props) {
  const { data, error, refetch } = useQuery({ ...candlesQuery(run.run_id, symbol), placeholderData: keepPreviousData });
  const { data: fills } = useQuery(fillsQuery(run.run_id));
  const { data: orders } = useQuery(ordersQuery(run.run_id));
  const bars = useMemo(() => (data ? barsOf(data) : []), [data]);
  const marks = useMemo(
    () => marksOf(fills?.items ?? [], orders?.items ?? [], symbol, step_ms),
    [fills, orders, symbol, step_ms],
  );
  const levels = useMemo(() => restingLevels(orders?.items ?? [], symbol), [orders, symbol]);
  const focus = useMemo(() => (at === null ? null : { ts: at }), [at]);
  const tabs = symbols.map((each) => ({ key: each, label: each }));
  return (
    <Tabs label="Markets" tabs={tabs} picked={symbol} onPick={onSymbol}>
      {error && <ErrorBox error={error} onRetry={() => void refetch()} />}
      {!error && !data && <Skeleton height={520} />}
      {!error && data && bars.length === 0 && (
        <Empty title="No bar yet">The market brings its next bar soon; the run begins with it.</Empty>
      )}
      {!error && data && bars.length > 0 && (
        <CandleChart
          bars={bars}
          step_ms={step_ms}
          source={{
            venue: data.venue,
            symbol: data.symbol,
            interval: data.interval,
            from_ts: bars[0]?.ts ?? 0,
            to_ts: (bars.at(-1)?.ts ?? 0) + step_ms,
            coverage: bars.length / Math.max(1, ((bars.at(-1)?.ts ?? 0) - (bars[0]?.ts ?? 0)) / step_ms + 1),
          }}
          marks={marks}
          levels={levels}
          focus={focus}
          onBar={(bar) => onAt(bar.ts)}
          height={492}
        />
      )}
    </Tabs>
  );
}
