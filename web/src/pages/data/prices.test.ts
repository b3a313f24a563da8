import { describe, expect, it } from "vitest";
import { around, earlier, gapText, later, missingOf, PLACES } from "./prices";

const HOUR = 3_600_000;
const page = (first: number, count = PLACES) => ({
  ts: Array.from({ length: count }, (_, row) => (first + row) * HOUR),
  close: Array.from({ length: count }, (_, row) => (row % 10 === 9 ? null : 1)),
  step_ms: HOUR,
});

describe("a page of prices", () => {
  it("goes back with a part of what was seen, until the history begins", () => {
    const back = earlier(page(1_000), 0) ?? 0;
    expect(back).toBeGreaterThan(1_000 * HOUR);
    expect(back - PLACES * HOUR).toBeLessThan(1_000 * HOUR);
    expect(earlier(page(0), 0)).toBe(null);
    expect(earlier(page(0, 0), 0)).toBe(null);
  });

  it("goes on as far, and ends with the newest", () => {
    const on = later(page(1_000), 9_000 * HOUR) ?? 0;
    expect(on - PLACES * HOUR).toBeLessThan((1_000 + PLACES) * HOUR);
    expect(on).toBeGreaterThan((1_000 + PLACES) * HOUR);
    expect(later(page(1_000), (1_000 + PLACES) * HOUR)).toBe(null);
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
