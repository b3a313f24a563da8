/** The time axis of all charts: seconds UTC inside, the viewer's zone in what is read. */

import {
  defaultHorzScaleBehavior,
  type IHorzScaleBehavior,
  type Mutable,
  type TickMark,
  type Time,
  type TimeScalePoint,
  type UTCTimestamp,
} from "lightweight-charts";
import { localWall, tickText, type Weight, weightOf } from "./weights";

export function toTime(ts: number): UTCTimestamp {
  return Math.floor(ts / 1000) as UTCTimestamp;
}

export function toTs(time: Time): number {
  return Number(time) * 1000;
}

const Behaviour = defaultHorzScaleBehavior();

class LocalScale extends Behaviour {
  override fillWeightsForPoints(points: readonly Mutable<TimeScalePoint>[], startIndex: number): void {
    for (let at = startIndex; at < points.length; at++) {
      const point = points[at];
      const before = points[at - 1] ?? points[at + 1];
      if (point !== undefined && before !== undefined) {
        const weight = weightOf(Number(point.originalTime) * 1000, Number(before.originalTime) * 1000, localWall);
        point.timeWeight = weight as unknown as typeof point.timeWeight;
      }
    }
  }

  override formatTickmark(mark: TickMark): string {
    return tickText(Number(mark.originalTime) * 1000, mark.weight as unknown as Weight, navigator.language);
  }
}

export function localScale(): IHorzScaleBehavior<Time> {
  return new LocalScale();
}
