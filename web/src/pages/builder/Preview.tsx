import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { asApiError } from "@/api/error";
import { type Bar, CandleChart } from "@/charts";
import type { StrategyDoc } from "@/builder/document";
import { Button, Empty, ErrorBox, Money, Select, Skeleton } from "@/design";
import { useBuilder } from "./context";
import { drawnOf } from "./drawn";
import { gettingReady, previewQuery } from "./queries";
import "./Preview.css";

/** Entries and exits of the last bars, as the strategy stands now. */
export function Preview({ rested, height }: { rested: StrategyDoc; height: number }) {
  const { state, checked, dispatch, show } = useBuilder();
  const [symbol, setSymbol] = useState<string | null>(null);
  const { data, error, failureReason, isPlaceholderData, refetch } = useQuery(
    previewQuery(rested, symbol, checked.sound),
  );
  const drawn = useMemo(() => (data ? drawnOf(data) : null), [data]);
  const chosen = useMemo(
    () =>
      new Set(
        (drawn?.marks ?? []).filter((mark) => mark.node !== null && state.nodes.has(mark.node)).map((mark) => mark.id),
      ),
    [drawn, state.nodes],
  );
  const onBar = (bar: Bar) => {
    const node = drawn?.marks.find((mark) => mark.ts === bar.ts && mark.node !== null)?.node;
    if (node) dispatch({ do: "choose", nodes: [node] });
  };
  if (!data || !drawn)
    return <NoPreview height={height} error={error} waits={failureReason} retry={() => void refetch()} />;
  const told = error ? asApiError(error) : null;
  const broken = checked.valid === false;
  return (
    <div className="preview">
      <div className="preview-head">
        <Select
          small
          aria-label="Market of the preview"
          value={data.symbol}
          options={data.symbols.map((one) => ({ value: one, label: one }))}
          onPick={setSymbol}
        />
        <p className="preview-facts">
          <span>
            Simulated with $10,000 over {data.candles.length} bars: {data.trades}{" "}
            {data.trades === 1 ? "trade" : "trades"}
            {data.symbols.length > 1 && ` on ${data.symbols.length} markets`}
          </span>
          <Money usd={data.net_pnl_usd} change />
          <span className="faint">after fees and slippage</span>
        </p>
        {broken ? (
          <Button size="sm" look="quiet" onClick={() => show("problems")}>
            As it was before the errors
          </Button>
        ) : (
          told && <span className="preview-old">{told.message}</span>
        )}
      </div>
      <div className={isPlaceholderData || broken ? "preview-stale" : undefined} aria-busy={isPlaceholderData}>
        <CandleChart {...drawn.chart} chosen={chosen} height={height} onBar={onBar} />
      </div>
    </div>
  );
}

interface NoPreviewProps {
  height: number;
  error: unknown;
  /** What came of the last try, where it is tried again. */
  waits: unknown;
  retry: () => void;
}

function NoPreview({ height, error, waits, retry }: NoPreviewProps) {
  const { checked } = useBuilder();
  if (checked.valid === false) {
    return (
      <div className="preview">
        <Empty title="No preview yet">Once the errors are mended, its entries and exits are drawn here.</Empty>
      </div>
    );
  }
  if (error) {
    return (
      <div className="preview">
        <ErrorBox title="There is nothing to preview it on" error={error} onRetry={retry} />
      </div>
    );
  }
  if (gettingReady(waits)) {
    return (
      <div className="preview" role="status">
        <Empty title="The preview waits">
          It is drawn here by itself: {asApiError(waits).message}. The first one takes up to a minute, longer on a busy
          machine.
        </Empty>
      </div>
    );
  }
  return (
    <div className="preview" role="status" aria-label="Drawing the preview">
      <Skeleton height={height} />
    </div>
  );
}
