import { describe, expect, it } from "vitest";
import { drawdownOf, growth } from "./equity";

const curve = (values: (number | null)[]) => values.map((value, ts) => ({ ts, value }));
const values = (points: { value: number | null }[]) => points.map((point) => point.value);

describe("drawdownOf", () => {
  it("is measured from the peak so far", () => {
    expect(values(drawdownOf(curve([100, 120, 90, 120, 130])))).toEqual([0, 0, -25, 0, 0]);
  });

  it("knows nothing where equity is not known", () => {
    expect(values(drawdownOf(curve([100, null, 50])))).toEqual([0, null, -50]);
  });
});

describe("growth", () => {
  it("begins at zero", () => {
    expect(values(growth(curve([200, 220, 190])))).toEqual([0, expect.closeTo(10), expect.closeTo(-5)]);
  });
});
