import { describe, expect, it } from "vitest";
import { missingStamps, rowAt, valueAt } from "./bars";

const HOUR = 3_600_000;

describe("missingStamps", () => {
  it("names the stamps of a gap", () => {
    expect(missingStamps([0, HOUR, 4 * HOUR], HOUR, 10)).toEqual([2 * HOUR, 3 * HOUR]);
  });

  it("gives up on a gap that is too long to draw", () => {
    expect(missingStamps([0, 1000 * HOUR], HOUR, 10)).toEqual([]);
  });
});

describe("rowAt", () => {
  it("finds the bar that contains a time", () => {
    const stamps = [0, HOUR, 2 * HOUR];
    expect(rowAt(stamps, HOUR + 5)).toBe(1);
    expect(rowAt(stamps, HOUR)).toBe(1);
    expect(rowAt(stamps, -1)).toBe(-1);
    expect(rowAt(stamps, 99 * HOUR)).toBe(2);
    expect(rowAt([], 5)).toBe(-1);
  });
});

describe("valueAt", () => {
  it("is the last one known to be, or unknown", () => {
    const points = [
      { ts: 0, value: 1 },
      { ts: HOUR, value: null },
      { ts: 2 * HOUR, value: 3 },
    ];
    expect(valueAt(points, HOUR - 1)).toBe(1);
    expect(valueAt(points, HOUR)).toBeNull();
    expect(valueAt(points, 9 * HOUR)).toBe(3);
    expect(valueAt(points, -1)).toBeNull();
  });
});
