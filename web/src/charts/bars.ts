/** Where on the time axis is a bar, and which are missing? */

import type { Point } from "./types";

/** Stamps of a grid that have no bar, between the first and the last; none when they would be more than `most`. */
export function missingStamps(stamps: readonly number[], step: number, most: number): number[] {
  const missing: number[] = [];
  for (let at = 1; at < stamps.length; at++) {
    const end = stamps[at] ?? 0;
    for (let ts = (stamps[at - 1] ?? end) + step; ts < end; ts += step) {
      if (missing.length === most) {
        return [];
      }
      missing.push(ts);
    }
  }
  return missing;
}

/** Row of the last stamp at or before `ts`; -1 before the first. */
export function rowAt(stamps: readonly number[], ts: number): number {
  let low = 0;
  let high = stamps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stamps[middle] ?? 0) <= ts) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** The value of the last point at or before `ts`; null where it is not known, and before the first. */
export function valueAt(points: readonly Point[], ts: number): number | null {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.ts ?? 0) <= ts) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return points[low - 1]?.value ?? null;
}
