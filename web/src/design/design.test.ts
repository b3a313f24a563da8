import { expect, it } from "vitest";
import { sorted } from "./sorting";
import { sparkPath } from "./spark";

it("sorts numbers as numbers, words as words, and what is missing last either way", () => {
  const rows = [{ v: 10 }, { v: null }, { v: 9 }];
  expect(sorted(rows, (row) => row.v, false).map(({ v }) => v)).toEqual([9, 10, null]);
  expect(sorted(rows, (row) => row.v, true).map(({ v }) => v)).toEqual([10, 9, null]);
  expect(sorted([{ v: "b10" }, { v: "b9" }], (row) => row.v, false)[0]?.v).toBe("b9");
});

it("draws a sparkline within its box", () => {
  expect(sparkPath([1], 10, 10)).toBeNull();
  expect(sparkPath([1, 3], 10, 10)?.path).toBe("M0.0 8.0L10.0 2.0");
  expect(sparkPath([2, 2], 10, 10)?.path).toBe("M0.0 5.0L10.0 5.0");
  expect(sparkPath([1, 2], 10, 10, 0)?.base).toBe(8);
});
