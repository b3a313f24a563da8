import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Run } from "@/api/types";
import { CandleChart } from "@/charts";
import { Empty, ErrorBox, Skeleton, Tabs } from "@/design";
import { fillsQuery, ordersQuery, positionsQuery } from "@/runs/queries";
import { barsOf, candlesQuery } from "./candles";
import { drawnOf, indicatorsQuery } from "./indicators";
import { levelsOf, levelsQuery } from "./levels";
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
  const [first, last] = [bars[0]?.ts ?? 0, bars.at(-1)?.ts ?? 0];
  const fresh = data?.symbol === symbol;
  const { data: read } = useQuery({
    ...indicatorsQuery(run.run_id, symbol, fresh ? last : 0),
    placeholderData: (before, query) => (query?.queryKey[2] === symbol ? before : undefined),
  });
  const { data: told } = useQuery({
    ...levelsQuery(run.run_id, symbol, first),
    placeholderData: (before, query) => (query?.queryKey[3] === symbol ? before : undefined),
    enabled: fresh,
  });
  const { data: positions } = useQuery(positionsQuery(run.run_id));
  const drawn = useMemo(() => drawnOf(fresh ? read : undefined), [fresh, read]);
  const levels = useMemo(() => {
    const position = positions?.items.find((each) => each.symbol === symbol);
    return [...levelsOf(told?.items ?? [], position, last), ...restingLevels(orders?.items ?? [], symbol)];
  }, [told, positions, orders, symbol, last]);
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
          {...drawn}
          focus={focus}
          onBar={(bar) => onAt(bar.ts)}
          height={492}
        />
      )}
    </Tabs>
  );
}
