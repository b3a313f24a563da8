/** Draws entries and exits as triangles and watched levels as lines over the price, at their own prices. */

import type {
  AutoscaleInfo,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  ISeriesPrimitiveAxisView,
  SeriesAttachedParameter,
  Time,
} from "lightweight-charts";
import { fixed } from "@/format";
import { rowAt } from "./bars";
import { drawLevel, drawMark, nameLevel, type Pen } from "./drawing";
import { pointsUp } from "./marks";
import { toTime } from "./scale";
import { type ChartTheme, fade } from "./theme";
import type { Level, Mark } from "./types";

export interface Overlaid {
  /** Opens of the bars that are drawn: what happened within a bar is drawn on it. */
  stamps: readonly number[];
  marks: readonly Mark[];
  levels: readonly Level[];
  /** Ids of marks that stand out. */
  chosen: ReadonlySet<string>;
  decimals: number;
}

export const NOTHING: Overlaid = { stamps: [], marks: [], levels: [], chosen: new Set(), decimals: 2 };
const DENSE = 150; // marks in sight from which on they are drawn smaller

export class Overlay implements ISeriesPrimitive<Time> {
  private attachedTo: SeriesAttachedParameter<Time> | null = null;
  private labels: readonly ISeriesPrimitiveAxisView[] = [];
  private readonly views: readonly IPrimitivePaneView[] = [{ zOrder: () => "top", renderer: () => this.renderer() }];
  private overlaid: Overlaid = NOTHING;
  private theme: ChartTheme;

  constructor(theme: ChartTheme) {
    this.theme = theme;
  }

  attached(parameter: SeriesAttachedParameter<Time>): void {
    this.attachedTo = parameter;
  }

  detached(): void {
    this.attachedTo = null;
  }

  set(overlaid: Overlaid, theme: ChartTheme): void {
    this.overlaid = overlaid;
    this.theme = theme;
    this.labels = overlaid.levels.filter((level) => level.until_ts === null).map((level) => this.label(level));
    this.attachedTo?.requestUpdate();
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  priceAxisViews(): readonly ISeriesPrimitiveAxisView[] {
    return this.labels;
  }

  /** What is still watched stays in sight; what is over does not press the candles together. */
  autoscaleInfo(): AutoscaleInfo | null {
    const prices = this.overlaid.levels.filter((level) => level.until_ts === null).map((level) => level.px);
    if (prices.length === 0) {
      return null;
    }
    return { priceRange: { minValue: Math.min(...prices), maxValue: Math.max(...prices) } };
  }

  private renderer(): IPrimitivePaneRenderer | null {
    const to = this.attachedTo;
    if (to === null) {
      return null;
    }
    return {
      draw: (target) => {
        target.useMediaCoordinateSpace(({ context, mediaSize }) => {
          const pen: Pen = {
            context,
            theme: this.theme,
            width: mediaSize.width,
            x: (ts) => this.barX(to, ts),
            y: (px) => to.series.priceToCoordinate(px),
          };
          this.draw(pen);
        });
      },
    };
  }

  private barX(to: SeriesAttachedParameter<Time>, ts: number): number | null {
    const bar_ts = this.overlaid.stamps[rowAt(this.overlaid.stamps, ts)];
    return bar_ts === undefined ? null : to.chart.timeScale().timeToCoordinate(toTime(bar_ts));
  }

  private draw(pen: Pen): void {
    for (const level of this.overlaid.levels) {
      drawLevel(pen, level, levelColour(level, this.theme));
    }
    const placed = this.overlaid.marks.flatMap((mark) => {
      const [x, y] = [pen.x(mark.ts), pen.y(mark.px)];
      return x === null || y === null || x < -10 || x > pen.width + 10 ? [] : [{ mark, x, y }];
    });
    const dense = placed.length > DENSE;
    for (const { mark, x, y } of placed) {
      drawMark(pen, {
        x,
        y,
        size: dense ? 2.5 : 5,
        rim: !dense,
        up: pointsUp(mark),
        filled: mark.kind === "entry",
        colour: markColour(mark, this.theme),
        chosen: this.overlaid.chosen.has(mark.id),
      });
    }
    for (const level of this.overlaid.levels) {
      nameLevel(pen, level, levelColour(level, this.theme));
    }
  }

  private label(level: Level): ISeriesPrimitiveAxisView {
    const colour = levelColour(level, this.theme);
    return {
      coordinate: () => this.attachedTo?.series.priceToCoordinate(level.px) ?? -100,
      text: () => fixed(level.px, this.overlaid.decimals),
      textColor: () => this.theme.surface,
      backColor: () => colour,
    };
  }
}

function markColour(mark: Mark, theme: ChartTheme): string {
  return mark.tone === "profit" ? theme.profit : mark.tone === "loss" ? theme.loss : theme.accent;
}

function levelColour(level: Level, theme: ChartTheme): string {
  switch (level.kind) {
    case "stop":
    case "trail":
      return theme.loss;
    case "target":
      return theme.profit;
    case "order":
      return theme.accent;
    case "entry":
      return fade(theme.text, 0.8);
  }
}
