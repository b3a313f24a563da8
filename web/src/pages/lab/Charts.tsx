import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { CandleChart, ChartLink, EquityChart } from "@/charts";
import { ErrorBox, Panel, Select, Skeleton } from "@/design";
import { span } from "@/format";
import { chartQuery, curvesOf, pricesOf } from "@/lab/chart";
import type { ResultDocument } from "@/lab/document";
import { dailyCurves } from "@/lab/equity";
import { INTERVALS } from "@/lab/markets";
import { markIds, openLevels, openMarks, tradeMarks } from "@/lab/marks";
import type { TradeRow } from "@/lab/trades";

interface Props {
  id: string;
  doc: ResultDocument;
  symbol: string;
  onSymbol: (symbol: string) => void;
  /** The trade that is looked at; a new object goes there again. */
  trade: TradeRow | null;
}

/** Price with the trades, and equity with its drawdown, on one crosshair. */
export function Charts({ id, doc, symbol, onSymbol, trade }: Props) {
  const [link] = useState(() => new ChartLink());
  const chart = useQuery(chartQuery(id, symbol));
  const prices = useMemo(() => (chart.data ? pricesOf(chart.data) : null), [chart.data]);
  const marks = useMemo(() => [...tradeMarks(doc.trades, symbol), ...openMarks(doc, symbol)], [doc, symbol]);
  const levels = useMemo(() => openLevels(doc, symbol), [doc, symbol]);
  const mine = trade?.symbol === symbol ? trade : null;
  const chosen = useMemo(() => new Set(mine === null ? [] : markIds(mine.number)), [mine]);
  const focus = useMemo(() => (mine === null ? null : { ts: mine.entry_ts }), [mine]);
  const merged = mergedInto(chart.data?.step_ms, doc.tape.interval);
  const coverage = doc.tape.coverage[symbol]?.ratio ?? null;
  const source = useMemo(
    () => ({
      venue: doc.tape.venue,
      symbol,
      interval: doc.tape.interval,
      from_ts: doc.tape.start_ts,
      to_ts: doc.tape.end_ts,
      coverage,
    }),
    [doc, symbol, coverage],
  );
  return (
    <>
      <Panel
        title={`Price of ${symbol}`}
        aside={merged === "" ? doc.tape.fidelity : `${doc.tape.fidelity}; drawn in ${merged} candles`}
        actions={
          doc.tape.symbols.length > 1 && (
            <Select
              small
              aria-label="Symbol on the chart"
              value={symbol}
              options={doc.tape.symbols.map((each) => ({ value: each, label: each }))}
              onPick={onSymbol}
            />
          )
        }
      >
        {chart.isPending && <Skeleton height={440} />}
        {chart.isError && (
          <ErrorBox title="The price cannot be drawn" error={chart.error} onRetry={() => void chart.refetch()} />
        )}
        {prices !== null && (
          <CandleChart
            {...prices}
            source={source}
            marks={marks}
            levels={levels}
            chosen={chosen}
            focus={focus}
            link={link}
            height={420}
          />
        )}
      </Panel>
      <Equity id={id} doc={doc} symbol={symbol} link={link} />
    </>
  );
}

/** How long a candle is, in words, where bars were merged to be few enough to draw; else nothing. */
function mergedInto(step_ms: number | undefined, interval: string): string {
  if (step_ms === undefined || step_ms <= (INTERVALS[interval] ?? 0)) return "";
  return span(step_ms);
}

/** Of every bar where the server draws them, else of every day, which the document has. */
function Equity({ id, doc, symbol, link }: Pick<Props, "id" | "doc" | "symbol"> & { link: ChartLink }) {
  const chart = useQuery(chartQuery(id, symbol));
  const drawn = useMemo(() => {
    if (chart.data) return curvesOf(chart.data);
    const { equity, drawdown } = dailyCurves(doc);
    return { curves: [{ label: "Equity", points: equity }], drawdown };
  }, [chart.data, doc]);
  const caption = `Simulated account, ${chart.data ? "every bar" : "last of each UTC day"}, costs ${
    doc.costs.off.length === 0 ? "included" : "partly switched off"
  }, ${doc.tape.source}`;
  return (
    <Panel title="Equity and drawdown">
      {chart.isPending ? (
        <Skeleton height={300} />
      ) : (
        <EquityChart {...drawn} unit="USD" caption={caption} link={link} height={280} />
      )}
    </Panel>
  );
}
