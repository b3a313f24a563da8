import { type KeyboardEvent, useCallback, useEffect, useMemo, useState } from "react";
import { fixed, moment } from "@/format";
import { rowAt, valueAt } from "./bars";
import { CandleView, type Drawn } from "./candleView";
import { ChartFrame } from "./ChartFrame";
import type { ChartLink } from "./link";
import { levelsAt, marksByBar, nextMarked } from "./marks";
import { Reading } from "./Reading";
import { seriesToken } from "./theme";
import type { Bar, Level, Line, Mark, Source } from "./types";
import { steer, useView } from "./useView";
import { barSentence, candleSummary, changeText, decimalsFor, sourceText } from "./words";

const NONE: readonly never[] = [];
const NOBODY: ReadonlySet<string> = new Set();

interface CandleChartProps {
  /** Oldest first, closed or not; one that goes on with new bars at its end moves nothing that is seen. */
  bars: readonly Bar[];
  /** Length of a bar in ms; bars that are missing leave a gap. */
  step_ms: number;
  source: Source;
  /** Of prices; by their size where the instrument's are not known. */
  decimals?: number;
  marks?: readonly Mark[];
  levels?: readonly Level[];
  /** The strategy's indicators on the scale of the price, and those below it with the values they are held against. */
  lines?: readonly Line[];
  oscillators?: readonly Line[];
  thresholds?: readonly number[];
  /** Ids of marks that stand out. */
  chosen?: ReadonlySet<string>;
  /** A time to go to; a new object goes there again. */
  focus?: { ts: number } | null;
  /** A bar was chosen, by a click or Enter. */
  onBar?: (bar: Bar) => void;
  /** Charts with the same link share crosshair and range. */
  link?: ChartLink;
  height?: number;
}

/** Price with entries and exits, stops and targets, and the strategy's indicators. */
export function CandleChart(props: CandleChartProps) {
  const { bars, step_ms, source, focus, onBar, link, height = 400 } = props;
  const { marks = NONE, levels = NONE, lines = NONE, oscillators = NONE, thresholds = NONE, chosen = NOBODY } = props;
  const decimals = props.decimals ?? decimalsFor(bars.at(-1)?.close ?? 0);
  const draw = useCallback(
    (view: CandleView) => {
      const drawn: Drawn = { bars, step_ms, decimals, marks, levels, lines, oscillators, thresholds, chosen };
      view.draw(drawn);
    },
    [bars, step_ms, decimals, marks, levels, lines, oscillators, thresholds, chosen],
  );
  const { place, view, cursor, lead } = useView(CandleView, link, draw);
  const stamps = useMemo(() => bars.map((bar) => bar.ts), [bars]);
  const marked = useMemo(() => marksByBar(marks, stamps), [marks, stamps]);
  const summary = useMemo(() => candleSummary(source, bars, marks, decimals), [source, bars, marks, decimals]);
  const [spokenRow, setSpokenRow] = useState(-1);

  useEffect(() => {
    if (focus && view.current !== null) {
      const row = rowAt(stamps, focus.ts);
      view.current.showAround(row);
      view.current.goTo(row);
    }
  }, [focus, stamps, view]);

  const bar = cursor === null ? undefined : bars[cursor.row];
  const here = (row: number) => {
    const at = bars[row];
    return at === undefined ? "" : barSentence(at, decimals, marked.get(row) ?? [], levelsAt(levels, at.ts));
  };
  const choose = () => {
    if (bar !== undefined) {
      onBar?.(bar);
    }
  };
  const onKey = (event: KeyboardEvent) => {
    const found = view.current;
    if (found === null) {
      return false;
    }
    const towards = event.key === "n" ? 1 : event.key === "p" ? -1 : 0;
    if (towards !== 0) {
      const row = nextMarked(marked.keys(), found.row, towards);
      if (row !== null) {
        found.goTo(row);
      }
    } else if (event.key === "Enter" && onBar !== undefined) {
      choose();
    } else if (!steer(found, event)) {
      return false;
    }
    setSpokenRow(found.row);
    return true;
  };

  return (
    <ChartFrame
      summary={summary}
      spoken={here(spokenRow)}
      caption={sourceText(source)}
      height={height}
      place={place}
      lead={lead}
      onKey={onKey}
      onChoose={onBar === undefined ? undefined : choose}
    >
      <Readout bar={bar ?? bars.at(-1)} decimals={decimals} lines={[...lines, ...oscillators]} />
      {cursor !== null && bar !== undefined && (
        <Happened marks={marked.get(cursor.row) ?? NONE} levels={levelsAt(levels, bar.ts)} x={cursor.x} />
      )}
    </ChartFrame>
  );
}

/** The values of the bar under the crosshair, else of the last. */
function Readout({ bar, decimals, lines }: { bar: Bar | undefined; decimals: number; lines: readonly Line[] }) {
  if (bar === undefined) {
    return null;
  }
  const px = (value: number) => fixed(value, decimals);
  return (
    <p className="chart-reading" aria-hidden>
      <time>{moment(bar.ts)}</time>
      <Reading label="O" value={px(bar.open)} />
      <Reading label="H" value={px(bar.high)} />
      <Reading label="L" value={px(bar.low)} />
      <Reading label="C" value={px(bar.close)} />
      <span className={bar.close < bar.open ? "loss" : "profit"}>{changeText(bar.open, bar.close)}</span>
      {lines.map((line, at) => {
        const value = valueAt(line.points, bar.ts);
        return (
          <Reading
            key={line.label}
            series={seriesToken(at)}
            label={line.label}
            value={value === null ? "–" : fixed(value, Math.min(decimals + 1, decimalsFor(Math.abs(value))))}
          />
        );
      })}
    </p>
  );
}

/** What was done and watched at the bar, beside it. */
function Happened({ marks, levels, x }: { marks: readonly Mark[]; levels: readonly Level[]; x: number }) {
  if (marks.length === 0) {
    return null;
  }
  const texts = [...marks.slice(0, 8), ...levels.slice(0, 4)];
  return (
    <ul className="chart-tip" style={{ left: `clamp(140px, ${x}px, calc(100% - 140px))` }} aria-hidden>
      {texts.map((each) => (
        <li key={each.id}>{each.text}</li>
      ))}
      {marks.length > 8 && <li>and {marks.length - 8} more</li>}
    </ul>
  );
}
