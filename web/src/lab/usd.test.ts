import { describe, expect, it } from "vitest";
import { micros, sum, usd } from "./usd";

describe("micros", () => {
  it("reads decimals of either sign", () => {
    expect(micros("12.5")).toBe(12_500_000n);
    expect(micros("-0.000001")).toBe(-1n);
    expect(micros("+3")).toBe(3_000_000n);
  });

  it("refuses what is no plain decimal", () => {
    for (const text of ["", "1e3", "NaN", "1,000", "--1"]) {
      expect(() => micros(text)).toThrow(RangeError);
    }
  });
});

describe("usd", () => {
  it("writes what micros reads", () => {
    for (const text of ["0.00", "12.50", "-0.000001", "999999999999.999999", "-3.10"]) {
      expect(usd(micros(text))).toBe(text);
    }
  });
});

describe("sum", () => {
  it("loses nothing that floating point would", () => {
    expect(usd(sum(["0.1", "0.2"]))).toBe("0.30");
    expect(usd(sum(Array.from({ length: 1000 }, () => "0.000001")))).toBe("0.001");
  });
});
