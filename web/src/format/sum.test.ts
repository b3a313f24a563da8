import { expect, it } from "vitest";
import { fromMicros, micros, sumUsd } from "./sum";

it("adds to the last micro-dollar, where floats would not", () => {
  expect(sumUsd(["0.1", "0.2", "-0.3"])).toBe("0.000000");
  expect(sumUsd(["9007199254740993.000001", "0.000001"])).toBe("9007199254740993.000002");
  expect(sumUsd([])).toBeNull();
  expect(sumUsd([null, "-1.5"])).toBeNull();
});

it("reads back what it writes", () => {
  for (const amount of [0n, 1n, -1n, 999_999n, -1_000_001n]) expect(micros(fromMicros(amount))).toBe(amount);
  expect(() => micros("1e3")).toThrow("not an amount");
});
