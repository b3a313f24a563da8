import { describe, expect, it } from "vitest";
import { around, earlier, gapText, later, missingOf, PLACES } from "./prices";

const HOUR = 3_600_000;
const page = (first: number, count = PLACES) => ({
  ts: Array.from({ length: count }, (_, row) => (first + row) * HOUR),
  close: Array.from({ length: count }, (_, row) => (row % 10 === 9 ? null : 1)),
  step_ms: HOUR,
});
const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);

/** As the server answers: it ends with the last bar before, looks so many places back, and begins with a bar. */
function told(bars: readonly number[], before_ts: number | null) {
  const there = bars.filter((bar) => before_ts === null || bar * HOUR < before_ts);
  const last = there.at(-1) ?? 0;
  const first = there.find((bar) => bar > last - PLACES) ?? last;
  return page(first, last - first + 1);
}

describe("a page of prices", () => {
  it("goes back with a part of what was seen, until the history begins", () => {
    const back = earlier(page(1_000), 0) ?? 0;
    expect(back).toBeGreaterThan(1_000 * HOUR);
    expect(back - PLACES * HOUR).toBeLessThan(1_000 * HOUR);
    expect(earlier(page(0), 0)).toBe(null);
    expect(earlier(page(0, 0), 0)).toBe(null);
  });

  it("goes on as far, and ends with the newest", () => {
    const on = later(page(1_000), 9_000 * HOUR, []) ?? 0;
    expect(on - PLACES * HOUR).toBeLessThan((1_000 + PLACES) * HOUR);
    expect(on).toBeGreaterThan((1_000 + PLACES) * HOUR);
    expect(later(page(1_000), (1_000 + PLACES) * HOUR, [])).toBe(null);
  });

  it.each([1, 79, 80, 319, 320, 321, 399, 400, 401, 5_000])("goes over a hole of %i bars, both ways", (hole) => {
    const side = 1_000;
    const bars = [...numbers(0, side), side + hole, ...numbers(side + 2 * hole + 1, side)];
    const gaps = [
      [side, side + hole],
      [side + hole + 1, side + 2 * hole + 1],
    ].map((gap) => gap.map((place) => place * HOUR));
    const [first, end] = [0, ((bars.at(-1) ?? 0) + 1) * HOUR];
    const seen = new Set<number>();
    let shown = told(bars, null);
    for (let before = earlier(shown, first); before !== null; before = earlier(shown, first)) {
      const last = shown.ts[0];
      shown = told(bars, before);
      expect(shown.ts[0]).not.toBe(last);
      for (const ts of shown.ts) seen.add(ts / HOUR);
    }
    expect(bars.slice(0, side + 2).every((bar) => seen.has(bar))).toBe(true);
    seen.clear();
    for (let before = later(shown, end, gaps); before !== null; before = later(shown, end, gaps)) {
      const last = shown.ts.at(-1);
      shown = told(bars, before);
      expect(shown.ts.at(-1)).toBeGreaterThan(last ?? 0);
      for (const ts of shown.ts) seen.add(ts / HOUR);
    }
    for (const ts of told(bars, null).ts) seen.add(ts / HOUR);
    expect(bars.slice(PLACES).every((bar) => seen.has(bar))).toBe(true);
  });

  it("shows a hole with bars on both sides", () => {
    const end = around([500 * HOUR, 520 * HOUR], HOUR);
    expect(end / HOUR).toBe(510 + PLACES / 2);
    const long = around([0, 2_000 * HOUR], HOUR);
    expect(long / HOUR).toBeGreaterThan(2_000);
  });

  it("counts what is missing", () => {
    expect(missingOf(page(0, 20))).toBe(2);
    expect(gapText([0, HOUR], HOUR)).toMatch(/, 1 bar$/);
    expect(gapText([0, 3 * HOUR], HOUR)).toMatch(/, 3 bars$/);
  });
});
