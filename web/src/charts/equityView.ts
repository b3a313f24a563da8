/** Curves over one another, and below them how deep the first one lies under its peak, on the same time axis. */

import { BaselineSeries, type ISeriesApi, LineSeries, LineStyle, type Time } from "lightweight-charts";
import { fixed } from "@/format";
import type { ChartLink } from "./link";
import { toTime } from "./scale";
import { fade, seriesColour } from "./theme";
import type { Line, Point } from "./types";
import { type Cursor, View } from "./view";

export interface DrawnCurves {
  /** The first is the main one; `faint` ones are for comparison only. */
  curves: readonly Curve[];
  drawdown: readonly Point[];
  unit: string;
}

export interface Curve extends Line {
  faint?: boolean;
}

type LineApi = ISeriesApi<"Line", Time>;

const QUIET = { priceLineVisible: false, lastValueVisible: false } as const;

export class EquityView extends View {
  protected readonly main: LineApi;
  private readonly below: ISeriesApi<"Baseline", Time>;
  private others: LineApi[] = [];
  private drawn: DrawnCurves | null = null;

  constructor(element: HTMLElement, told: (cursor: Cursor | null) => void, link?: ChartLink) {
    super(element, told, link);
    this.main = this.chart.addSeries(LineSeries, { ...QUIET, lineWidth: 2 });
    this.below = this.chart.addSeries(
      BaselineSeries,
      { ...QUIET, lineWidth: 1, baseValue: { type: "price", price: 0 } },
      1,
    );
    const [top, bottom] = this.chart.panes();
    top?.setStretchFactor(3);
    bottom?.setStretchFactor(1);
  }

  draw(next: DrawnCurves): void {
    const before = this.drawn;
    this.drawn = next;
    if (before?.curves !== next.curves || before.drawdown !== next.drawdown) {
      this.setData(next, before);
    }
    this.paint();
  }

  protected paint(): void {
    const { accent, loss, faint } = this.theme;
    const several = (this.drawn?.curves.length ?? 0) > 1 && !this.drawn?.curves.some((curve) => curve.faint);
    this.main.applyOptions({ color: several ? seriesColour(this.theme, 0) : accent });
    this.others.forEach((line, at) => {
      const quiet = this.drawn?.curves[at + 1]?.faint === true;
      line.applyOptions({
        color: quiet ? faint : seriesColour(this.theme, at + 1),
        lineStyle: quiet ? LineStyle.Dashed : LineStyle.Solid,
      });
    });
    this.below.applyOptions({
      topLineColor: loss,
      bottomLineColor: loss,
      bottomFillColor1: fade(loss, 0.08),
      bottomFillColor2: fade(loss, 0.3),
    });
  }

  protected valueAt(row: number): number | null {
    return this.drawn?.curves[0]?.points[row]?.value ?? null;
  }

  private setData({ curves, drawdown, unit }: DrawnCurves, before: DrawnCurves | null): void {
    const [first, ...rest] = curves;
    this.stamps = first?.points.map(({ ts }) => ts) ?? [];
    const decimals = unit === "%" ? 1 : 0;
    const format = { type: "custom" as const, minMove: 0.01, formatter: (value: number) => fixed(value, decimals) };
    this.main.applyOptions({ priceFormat: format });
    this.main.setData((first?.points ?? []).map(point));
    for (const line of this.others) {
      this.chart.removeSeries(line);
    }
    this.others = rest.map((curve) => {
      const line = this.chart.addSeries(LineSeries, { ...QUIET, lineWidth: 1, priceFormat: format });
      line.setData(curve.points.map(point));
      return line;
    });
    const percent = { type: "custom" as const, minMove: 0.01, formatter: (value: number) => `${fixed(value, 1)} %` };
    this.below.applyOptions({ priceFormat: percent });
    this.below.setData(drawdown.map(point));
    if (before?.curves[0]?.points[0]?.ts !== first?.points[0]?.ts) {
      this.showAll();
    }
  }
}

function point({ ts, value }: Point) {
  return value === null ? { time: toTime(ts) } : { time: toTime(ts), value };
}
