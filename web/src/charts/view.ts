/** A chart without React: made in an element, told what to draw, asked to move. Times are ms UTC. */

import {
  type ChartOptions,
  createChartEx,
  CrosshairMode,
  type DeepPartial,
  type IChartApiBase,
  type IHorzScaleBehavior,
  type ISeriesApi,
  type Logical,
  type SeriesType,
  type Time,
} from "lightweight-charts";
import { moment } from "@/format";
import { rowAt } from "./bars";
import type { ChartLink, Linked } from "./link";
import { localScale, toTime, toTs } from "./scale";
import { type ChartTheme, fade, readTheme, watchTheme } from "./theme";
import type { Range } from "./types";

export interface Cursor {
  row: number;
  /** Where it is drawn, from the left of the chart in pixels. */
  x: number;
}

const AXIS_WIDTH = 76; // alike in all charts, so that times stand below one another

type AnySeries = ISeriesApi<SeriesType, Time>;

/** What the two kinds of chart share. `main` is the series that the crosshair holds on to. */
export abstract class View implements Linked {
  readonly chart: IChartApiBase<Time>;
  protected theme: ChartTheme;
  protected stamps: number[] = [];
  protected abstract readonly main: AnySeries;
  private readonly endings: (() => void)[] = [];
  private cursor = -1;
  private gone = false;

  private readonly told: (cursor: Cursor | null) => void;
  private readonly link: ChartLink | undefined;

  constructor(element: HTMLElement, told: (cursor: Cursor | null) => void, link: ChartLink | undefined) {
    this.told = told;
    this.link = link;
    this.theme = readTheme(element);
    this.chart = createChartEx<Time, IHorzScaleBehavior<Time>>(element, localScale(), options(this.theme));
    this.chart.subscribeCrosshairMove((event) => {
      this.moved(event.time === undefined ? null : toTs(event.time), event.point?.x ?? 0);
    });
    this.chart.timeScale().subscribeVisibleTimeRangeChange((range) => {
      if (range !== null) {
        this.link?.range(this, { from_ts: toTs(range.from), to_ts: toTs(range.to) });
      }
    });
    this.endings.push(
      watchTheme(() => {
        this.theme = readTheme(element);
        this.chart.applyOptions(options(this.theme));
        this.paint();
      }),
    );
    if (this.link !== undefined) {
      this.endings.push(this.link.join(this));
    }
  }

  /** Draw everything anew in the colours of now. */
  protected abstract paint(): void;
  protected abstract valueAt(row: number): number | null;

  dispose(): void {
    this.gone = true;
    for (const end of this.endings) {
      end();
    }
    this.chart.remove();
  }

  lead(): void {
    this.link?.lead(this);
  }

  pointAt(ts: number | null): void {
    this.point(ts === null ? -1 : rowAt(this.stamps, ts));
  }

  show(range: Range): void {
    const [first, last] = [this.stamps[0], this.stamps.at(-1)];
    if (first === undefined || last === undefined || first === last) {
      return;
    }
    const [from, to] = [Math.max(range.from_ts, first), Math.min(range.to_ts, last)];
    if (from < to) {
      this.chart.timeScale().setVisibleRange({ from: toTime(from), to: toTime(to) });
    }
  }

  showAll(): void {
    this.chart.timeScale().fitContent();
  }

  /** `row` in the middle, with `around` bars on either side. */
  showAround(row: number, around = 60): void {
    const at = this.logical(row);
    this.chart.timeScale().setVisibleLogicalRange({ from: at - around, to: at + around });
  }

  /** Around the crosshair, which stays on its bar; else around the middle. */
  zoom(factor: number): void {
    const row = this.cursor;
    const range = this.chart.timeScale().getVisibleLogicalRange();
    if (range === null) return;
    const middle = row < 0 ? (range.from + range.to) / 2 : this.logical(row);
    const half = ((range.to - range.from) / 2) * factor;
    this.chart.timeScale().setVisibleLogicalRange({ from: middle - half, to: middle + half });
    if (row >= 0) requestAnimationFrame(() => this.repoint(row));
  }

  /** Move the crosshair by bars, from the last one where it is nowhere; the row it came to. */
  step(by: number): number {
    const from = this.cursor < 0 ? this.stamps.length - 1 - by : this.cursor;
    return this.goTo(Math.min(Math.max(from + by, 0), this.stamps.length - 1));
  }

  goTo(row: number): number {
    this.lead();
    this.point(row);
    this.keepInSight(row);
    return row;
  }

  get row(): number {
    return this.cursor;
  }

  /** Nothing may be asked of a chart that was taken away. */
  protected get isGone(): boolean {
    return this.gone;
  }

  private repoint(row: number): void {
    if (!this.gone) this.point(row);
  }

  private point(row: number): void {
    const [ts, value] = [this.stamps[row], this.valueAt(row)];
    if (ts === undefined || value === null) {
      this.chart.clearCrosshairPosition();
      this.moved(null, 0);
      return;
    }
    this.chart.setCrosshairPosition(value, toTime(ts), this.main);
    this.moved(ts, this.chart.timeScale().timeToCoordinate(toTime(ts)) ?? 0);
  }

  private moved(ts: number | null, x: number): void {
    const row = ts === null ? -1 : rowAt(this.stamps, ts);
    if (row === this.cursor) {
      return;
    }
    this.cursor = row;
    this.told(row < 0 ? null : { row, x });
    this.link?.point(this, ts);
  }

  private keepInSight(row: number): void {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    const at = this.logical(row);
    if (range !== null && (at < range.from || at > range.to)) {
      const half = (range.to - range.from) / 2;
      this.chart.timeScale().setVisibleLogicalRange({ from: at - half, to: at + half });
    }
  }

  /** Rows are of bars; places on the axis count what is missing between them, too. */
  private logical(row: number): Logical {
    const ts = this.stamps[row];
    const at = ts === undefined ? null : this.chart.timeScale().timeToIndex(toTime(ts), true);
    return (at ?? row) as unknown as Logical;
  }
}

function options(theme: ChartTheme): DeepPartial<ChartOptions> {
  const crosshair = { color: fade(theme.faint, 0.6), labelBackgroundColor: theme.faint };
  return {
    autoSize: true,
    layout: {
      background: { color: "transparent" },
      textColor: theme.text,
      fontFamily: theme.font,
      fontSize: 12,
      attributionLogo: false, // its style element is not allowed here; the caption has the link
      panes: { separatorColor: theme.line, separatorHoverColor: theme.line },
    },
    grid: { vertLines: { color: fade(theme.line, 0.4) }, horzLines: { color: fade(theme.line, 0.4) } },
    rightPriceScale: { borderColor: theme.line, minimumWidth: AXIS_WIDTH },
    timeScale: { borderColor: theme.line, timeVisible: true, rightOffset: 4, minBarSpacing: 0.05 },
    crosshair: { mode: CrosshairMode.Normal, vertLine: crosshair, horzLine: crosshair },
    localization: { timeFormatter: (time: Time) => moment(toTs(time)) },
  };
}
