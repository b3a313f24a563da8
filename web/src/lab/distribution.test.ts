import { describe, expect, it } from "vitest";
import { histogram, spreadOf } from "./distribution";

describe("histogram", () => {
  it("counts every value once and has an edge at zero", () => {
    const values = [-31, -4, -0.5, 0, 0.2, 3, 17.5, 60];
    const bins = histogram(values, 10);
    expect(bins.reduce((total, bin) => total + bin.count, 0)).toBe(values.length);
    expect(bins.some((bin) => bin.from === 0)).toBe(true);
    expect(bins.every((bin) => bin.from < bin.to)).toBe(true);
    expect(bins[0]?.from).toBeLessThanOrEqual(-31);
    expect(bins.at(-1)?.to).toBeGreaterThanOrEqual(60);
  });

  it("takes round widths", () => {
    const bins = histogram([-9.7, 9.7], 10);
    expect((bins[0]?.to ?? 0) - (bins[0]?.from ?? 0)).toBe(2);
  });

  it("copes with one value, with equal values and with none", () => {
    expect(histogram([0]).reduce((total, bin) => total + bin.count, 0)).toBe(1);
    expect(histogram([5, 5, 5]).reduce((total, bin) => total + bin.count, 0)).toBe(3);
    expect(histogram([])).toEqual([]);
  });
});

describe("spreadOf", () => {
  it("says how much hangs on the best trade", () => {
    expect(spreadOf([-1, 1, 3])).toEqual({ n: 3, mean: 1, median: 1, best_share: 0.75 });
    expect(spreadOf([-1, -3])).toMatchObject({ median: -2, best_share: null });
    expect(spreadOf([])).toBeNull();
  });
});
