import { describe, expect, it } from "vitest";
import {
  ago,
  bps,
  bytes,
  decimal,
  exact,
  fixed,
  HOUR,
  money,
  moneyChange,
  percent,
  plural,
  short,
  signOf,
  span,
  utc,
} from ".";

describe("money", () => {
  it("is rounded half away from zero, and grouped", () => {
    expect(money("1234567.005")).toBe("$1,234,567.01");
    expect(money("-0.005")).toBe("−$0.01");
    expect(money("999.999")).toBe("$1,000.00");
    expect(money("1000", 0)).toBe("$1,000");
  });
  it("keeps every digit of what a float would lose", () => {
    expect(money("9007199254740993.11")).toBe("$9,007,199,254,740,993.11");
  });
  it("has no sign when it shows as nothing", () => {
    expect(money("-0.001")).toBe("$0.00");
    expect(moneyChange("0.001")).toBe("$0.00");
    expect(signOf("-0.004")).toBe(0);
    expect(signOf("-0.005")).toBe(-1);
  });
  it("is a dash when there is none", () => {
    expect(money(null)).toBe("–");
    expect(decimal("n/a", 2)).toBe("–");
  });
  it("says plus where it is a change", () => expect(moneyChange("12.3")).toBe("+$12.30"));
});

describe("quantities and figures", () => {
  it("are as exact as they came", () => {
    expect(exact("12345.000010")).toBe("12,345.000010");
    expect(exact("-0.5")).toBe("−0.5");
  });
  it("carry their units", () => {
    expect(percent(12.345)).toBe("12.35\u202f%");
    expect(percent(-0.001)).toBe("0.00\u202f%");
    expect(bps(3.21, 1, true)).toBe("+3.2\u202fbps");
    expect(percent(Number.NaN)).toBe("–");
    expect(bytes(1_500_000)).toBe("1.5\u202fMB");
    expect(short(12_345)).toBe("12.3k");
    expect(plural(1, "bot")).toBe("1 bot");
    expect(fixed(1234.5, 1)).toBe("1,234.5");
  });
});

describe("times", () => {
  it("are exact in UTC", () => {
    expect(utc(1_725_408_000_000)).toBe("2024-09-04 00:00:00 UTC");
    expect(utc(1_725_408_000_120)).toBe("2024-09-04 00:00:00.120 UTC");
  });
  it("say how long ago in one unit", () => {
    expect(ago(0, 5 * HOUR)).toBe("5\u202fh ago");
    expect(ago(5 * HOUR, 0)).toBe("in 5\u202fh");
    expect(span(59_999)).toBe("59\u202fs");
  });
});
