import { type KeyboardEvent, type ReactNode, useId } from "react";
import "./Chart.css";

interface ChartFrameProps {
  /** What the chart shows, for who cannot see it. */
  summary: string;
  /** Read out when the crosshair is moved by keys. */
  spoken: string;
  caption: string;
  height: number;
  place: (element: HTMLElement | null) => void;
  lead: () => void;
  onKey: (event: KeyboardEvent) => boolean;
  onChoose?: (() => void) | undefined;
  /** Over the chart: reading, tooltip. */
  children?: ReactNode;
}

/** The figure around a chart: its reading above, its source below, keys that move it. */
export function ChartFrame({
  summary,
  spoken,
  caption,
  height,
  place,
  lead,
  onKey,
  onChoose,
  children,
}: ChartFrameProps) {
  const help = useId();
  const press = (event: KeyboardEvent) => {
    if (onKey(event)) {
      event.preventDefault();
    }
  };
  return (
    <figure className="chart">
      <div
        className="chart-stage"
        style={{ height }}
        role="application"
        aria-roledescription="chart"
        aria-label={summary}
        aria-describedby={help}
        tabIndex={0}
        onKeyDown={press}
        onPointerEnter={lead}
        onFocus={lead}
        onClick={onChoose}
      >
        <div ref={place} className="chart-canvas" />
        {children}
      </div>
      <p id={help} className="sr-only">
        Arrow keys move from bar to bar, N and P to the next and previous trade, plus and minus zoom, 0 shows all.
      </p>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
      <figcaption className="chart-caption">
        <span>{caption}</span>
        <a href="https://www.tradingview.com/" target="_blank" rel="noopener noreferrer">
          Charts by TradingView
        </a>
      </figcaption>
    </figure>
  );
}
