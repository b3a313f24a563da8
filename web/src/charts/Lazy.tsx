import { type ComponentProps, lazy, Suspense } from "react";
import { Skeleton } from "@/design";

const Candles = lazy(() => import("./CandleChart").then((found) => ({ default: found.CandleChart })));
const Equity = lazy(() => import("./EquityChart").then((found) => ({ default: found.EquityChart })));
const CAPTION = 28;

/** The charts, in a file of their own: a page is there before they are, and nothing moves when they come. */
export function CandleChart(props: ComponentProps<typeof Candles>) {
  return (
    <Suspense fallback={<Skeleton height={(props.height ?? 400) + CAPTION} />}>
      <Candles {...props} />
    </Suspense>
  );
}

export function EquityChart(props: ComponentProps<typeof Equity>) {
  return (
    <Suspense fallback={<Skeleton height={(props.height ?? 320) + CAPTION} />}>
      <Equity {...props} />
    </Suspense>
  );
}
