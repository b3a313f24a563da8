/** Candles with what was traded and watched over them, the strategy's lines, and oscillators in a pane below. */

import {
  CandlestickSeries,
  type IPriceLine,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type Time,
} from "lightweight-charts";
import { fixed } from "@/format";
import { apart } from "./apart";
import { missingStamps } from "./bars";
import type { ChartLink } from "./link";
import { Overlay } from "./overlay";
import { toTime } from "./scale";
import { seriesColour } from "./theme";
import type { Bar, Level, Line, Mark, Point } from "./types";
import { type Cursor, View } from "./view";

export interface Drawn {
  bars: readonly Bar[];
  step_ms: number;
  decimals: number;
  marks: readonly Mark[];
  levels: readonly Level[];
  lines: readonly Line[];
  oscillators: readonly Line[];
  /** Values that the strategy compares its oscillators with. */
  thresholds: readonly number[];
  chosen: ReadonlySet<string>;
}

type LineApi = ISeriesApi<"Line", Time>;

const MOST_MISSING = 20_000;
const LABEL_HEIGHT = 18; // px, of a label on the axis

export class CandleView extends View {
  protected readonly main: ISeriesApi<"Candlestick", Time>;
  private readonly overlay: Overlay;
  private lines: LineApi[] = [];
  private thresholds: IPriceLine[] = [];
  private watched: LineApi | null = null;
  private drawn: Drawn | null = null;

  constructor(element: HTMLElement, told: (cursor: Cursor | null) => void, link?: ChartLink) {
    super(element, told, link);
    this.main = this.chart.addSeries(CandlestickSeries, { priceLineVisible: false });
    this.overlay = new Overlay(this.theme);
    this.main.attachPrimitive(this.overlay);
    this.chart.timeScale().subscribeVisibleLogicalRangeChange(() => requestAnimationFrame(this.label));
  }

  draw(next: Drawn): void {
    const before = this.drawn;
    this.drawn = next;
    if (before?.bars !== next.bars || before.step_ms !== next.step_ms) {
      this.setBars(next, before);
    }
    if (
      before?.lines !== next.lines ||
      before.oscillators !== next.oscillators ||
      before.thresholds !== next.thresholds
    ) {
      this.setLines(next);
    }
    this.paint();
  }

  protected paint(): void {
    const { profit, loss } = this.theme;
    this.main.applyOptions({
      upColor: "transparent", // rising candles are hollow: the direction is told by more than the colour
      borderUpColor: profit,
      wickUpColor: profit,
      downColor: loss,
      borderDownColor: loss,
      wickDownColor: loss,
    });
    this.lines.forEach((line, at) => {
      line.applyOptions({ color: seriesColour(this.theme, at) });
    });
    for (const threshold of this.thresholds) {
      threshold.applyOptions({ color: this.theme.faint });
    }
    requestAnimationFrame(this.label);
    if (this.drawn !== null) {
      const { marks, levels, chosen, decimals } = this.drawn;
      this.overlay.set({ stamps: this.stamps, marks, levels, chosen, decimals }, this.theme);
    }
  }

  protected valueAt(row: number): number | null {
    return this.drawn?.bars[row]?.close ?? null;
  }

  private setBars({ bars, step_ms, decimals }: Drawn, before: Drawn | null): void {
    this.stamps = bars.map((bar) => bar.ts);
    const precision = {
      type: "custom" as const,
      minMove: 10 ** -decimals,
      formatter: (px: number) => fixed(px, decimals),
    };
    this.main.applyOptions({ priceFormat: precision });
    const last = bars.at(-1);
    if (before !== null && last !== undefined && isContinued(before.bars, bars)) {
      for (const bar of bars.slice(before.bars.length - 1)) {
        this.main.update(candle(bar));
      }
      return;
    }
    const holes = step_ms > 0 ? missingStamps(this.stamps, step_ms, MOST_MISSING) : [];
    const rows = [...bars.map(candle), ...holes.map((ts) => ({ time: toTime(ts) }))];
    this.main.setData(rows.sort((one, other) => one.time - other.time));
    if (before === null || before.bars[0]?.ts !== bars[0]?.ts) {
      this.showAll();
    }
  }

  /** Once everything has its place: only labels that have room. */
  private readonly label = (): void => {
    const series = this.watched;
    if (series === null || this.isGone) {
      return;
    }
    const places = this.thresholds.map((line) => series.priceToCoordinate(line.options().price));
    const shown = apart(places, LABEL_HEIGHT);
    this.thresholds.forEach((line, at) => {
      if (line.options().axisLabelVisible !== shown.has(at)) {
        line.applyOptions({ axisLabelVisible: shown.has(at) });
      }
    });
  };

  private setLines({ lines, oscillators, thresholds }: Drawn): void {
    for (const line of this.lines) {
      this.chart.removeSeries(line);
    }
    const add = (line: Line, pane: number) => {
      const style = {
        lineWidth: 1,
        priceLineVisible: false,
        lastValueVisible: false,
        crosshairMarkerVisible: false,
      } as const;
      const series = this.chart.addSeries(LineSeries, style, pane);
      series.setData(line.points.map(point));
      return series;
    };
    const above = lines.map((line) => add(line, 0));
    const below = oscillators.map((line) => add(line, 1));
    this.lines = [...above, ...below];
    this.watched = below[0] ?? null;
    this.thresholds = thresholds.flatMap((price) => {
      const line = this.watched?.createPriceLine({
        price,
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: false,
      });
      return line === undefined ? [] : [line];
    });
    const [top, bottom] = this.chart.panes();
    top?.setStretchFactor(3);
    bottom?.setStretchFactor(1);
  }
}

function candle(bar: Bar) {
  return { time: toTime(bar.ts), open: bar.open, high: bar.high, low: bar.low, close: bar.close };
}

function point({ ts, value }: Point) {
  return value === null ? { time: toTime(ts) } : { time: toTime(ts), value };
}

/** Whether the next bars are those of before with some more at their end, so that the view need not move. */
function isContinued(before: readonly Bar[], next: readonly Bar[]): boolean {
  const more = next.length - before.length;
  return (
    before.length > 0 &&
    more >= 0 &&
    more <= 10 &&
    before[0]?.ts === next[0]?.ts &&
    before.at(-1)?.ts === next[before.length - 1]?.ts
  );
}
