import { describe, expect, it } from "vitest";
import { levelsAt, marksByBar, nextMarked, pointsUp } from "./marks";
import type { Level, Mark } from "./types";

const HOUR = 3_600_000;

function mark(ts: number, kind: Mark["kind"] = "entry", side: Mark["side"] = "long"): Mark {
  return { id: `${ts}`, ts, px: 1, kind, side, text: "" };
}

describe("marksByBar", () => {
  it("puts what happened within a bar on that bar", () => {
    const found = marksByBar([mark(5), mark(HOUR - 1), mark(HOUR)], [0, HOUR]);
    expect(found.get(0)?.length).toBe(2);
    expect(found.get(1)?.length).toBe(1);
  });

  it("leaves out what lies before the first bar", () => {
    expect(marksByBar([mark(1)], [HOUR]).size).toBe(0);
  });
});

describe("pointsUp", () => {
  it("follows the order that was given, not the position", () => {
    expect(pointsUp({ kind: "entry", side: "long" })).toBe(true);
    expect(pointsUp({ kind: "exit", side: "short" })).toBe(true);
    expect(pointsUp({ kind: "entry", side: "short" })).toBe(false);
    expect(pointsUp({ kind: "exit", side: "long" })).toBe(false);
  });
});

describe("levelsAt", () => {
  const level = (since_ts: number, until_ts: number | null): Level => ({
    id: `${since_ts}`,
    kind: "stop",
    px: 1,
    since_ts,
    until_ts,
    text: "",
  });

  it("knows when a level stood", () => {
    const levels = [level(0, 10), level(5, null), level(20, null)];
    expect(levelsAt(levels, 7).map((each) => each.id)).toEqual(["0", "5"]);
    expect(levelsAt(levels, 11).map((each) => each.id)).toEqual(["5"]);
  });
});

describe("nextMarked", () => {
  it("finds the nearest in a direction", () => {
    expect(nextMarked([9, 3, 5], 4, 1)).toBe(5);
    expect(nextMarked([9, 3, 1], 4, -1)).toBe(3);
    expect(nextMarked([3], 4, 1)).toBeNull();
  });
});
