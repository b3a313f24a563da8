import { type KeyboardEvent, useCallback, useState } from "react";
import { fixed, moment } from "@/format";
import { valueAt } from "./bars";
import { ChartFrame } from "./ChartFrame";
import { type Curve, EquityView } from "./equityView";
import type { ChartLink } from "./link";
import { Reading } from "./Reading";
import type { Point } from "./types";
import { seriesToken } from "./theme";
import { steer, useView } from "./useView";
import { curveSummary } from "./words";

interface EquityChartProps {
  /** The first is the main one, which the drawdown is of; `faint` ones are for comparison only. */
  curves: readonly Curve[];
  /** Percent below the peak, 0 or less. */
  drawdown: readonly Point[];
  unit: "USD" | "%";
  /** What it is, where from and over which range. */
  caption: string;
  link?: ChartLink;
  height?: number;
}

/** Equity, with how deep it lies under its peak on the same time axis. */
export function EquityChart({ curves, drawdown, unit, caption, link, height = 320 }: EquityChartProps) {
  const draw = useCallback(
    (view: EquityView) => {
      view.draw({ curves, drawdown, unit });
    },
    [curves, drawdown, unit],
  );
  const { place, view, cursor, lead } = useView(EquityView, link, draw);
  const [spoken, setSpoken] = useState("");
  const main = curves[0]?.points ?? [];
  const ts = (cursor === null ? undefined : main[cursor.row]?.ts) ?? main.at(-1)?.ts;
  const written = (points: readonly Point[], at: number) => {
    const value = valueAt(points, at);
    return value === null ? "–" : `${fixed(value, 2)} ${unit}`;
  };
  const sentence = (at: number) => {
    const depth = valueAt(drawdown, at);
    const values = curves.map((curve) => `${curve.label} ${written(curve.points, at)}`);
    return [moment(at), ...values, depth === null ? "" : `drawdown ${fixed(depth, 2)} %`].join(", ");
  };
  const onKey = (event: KeyboardEvent) => {
    const found = view.current;
    if (found === null || !steer(found, event)) {
      return false;
    }
    const at = main[found.row]?.ts;
    setSpoken(at === undefined ? "" : sentence(at));
    return true;
  };
  const several = curves.length > 1 && !curves.some((curve) => curve.faint);
  const depth = ts === undefined ? null : valueAt(drawdown, ts);
  return (
    <ChartFrame
      summary={curves.map((curve) => curveSummary(curve.label, unit, curve.points)).join(" ")}
      spoken={spoken}
      caption={caption}
      height={height}
      place={place}
      lead={lead}
      onKey={onKey}
    >
      {ts !== undefined && (
        <p className="chart-reading" aria-hidden>
          <time>{moment(ts)}</time>
          {curves.map((curve, at) => (
            <Reading
              key={curve.label}
              series={curve.faint ? "var(--text-3)" : several ? seriesToken(at) : "var(--accent)"}
              dashed={curve.faint}
              label={curve.label}
              value={written(curve.points, ts)}
            />
          ))}
          {depth !== null && <Reading label="Drawdown" series="var(--loss)" value={`${fixed(depth, 2)} %`} />}
        </p>
      )}
    </ChartFrame>
  );
}
