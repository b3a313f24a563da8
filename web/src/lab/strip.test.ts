import { describe, expect, it } from "vitest";
import { stretchOf, ticksOf } from "./strip";

const whole = { first_ts: 100, end_ts: 200 };

describe("stretchOf", () => {
  it("is cut to the line", () => {
    expect(stretchOf(50, 125, whole)).toEqual({ left: 0, width: 25 });
    expect(stretchOf(150, 500, whole)).toEqual({ left: 50, width: 50 });
    expect(stretchOf(200, 500, whole)).toBeNull();
    expect(stretchOf(0, 1, { first_ts: 5, end_ts: 5 })).toBeNull();
  });
});

describe("ticksOf", () => {
  const span = (from: string, to: string) => ({ first_ts: Date.parse(from), end_ts: Date.parse(to) });

  it("names months of a short span and years of a long one", () => {
    expect(ticksOf(span("2025-01-15", "2025-04-10")).map((tick) => tick.text)).toEqual([
      "2025-02",
      "2025-03",
      "2025-04",
    ]);
    expect(ticksOf(span("2020-03-01", "2025-01-10")).map((tick) => tick.text)).toEqual([
      "2021",
      "2022",
      "2023",
      "2024",
      "2025",
    ]);
  });

  it("has none of a span within a month", () => {
    expect(ticksOf(span("2025-01-02", "2025-01-20"))).toEqual([]);
  });
});
