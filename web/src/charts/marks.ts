/** Which entries and exits belong to a bar, and what is said of them? */

import { rowAt } from "./bars";
import type { Level, Mark } from "./types";

/** What happened within each bar, by its row. What lies before the first bar belongs to none. */
export function marksByBar(marks: readonly Mark[], stamps: readonly number[]): Map<number, Mark[]> {
  const found = new Map<number, Mark[]>();
  for (const mark of marks) {
    const row = rowAt(stamps, mark.ts);
    if (row >= 0) {
      const there = found.get(row);
      if (there === undefined) {
        found.set(row, [mark]);
      } else {
        there.push(mark);
      }
    }
  }
  return found;
}

/** Whether a triangle points up: buying does, whether it opens a long or closes a short. */
export function pointsUp(mark: Pick<Mark, "kind" | "side">): boolean {
  return (mark.kind === "entry") === (mark.side === "long");
}

/** The levels that were watched at a time. */
export function levelsAt(levels: readonly Level[], ts: number): Level[] {
  return levels.filter((level) => level.since_ts <= ts && (level.until_ts === null || ts <= level.until_ts));
}

/** The row of the next mark after `row`, or before it; null when there is none. */
export function nextMarked(rows: Iterable<number>, row: number, towards: 1 | -1): number | null {
  let best: number | null = null;
  for (const each of rows) {
    const ahead = (each - row) * towards;
    if (ahead > 0 && (best === null || ahead < (best - row) * towards)) {
      best = each;
    }
  }
  return best;
}
