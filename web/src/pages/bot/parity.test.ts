import { expect, it } from "vitest";
import { comparedOf, partsOf } from "./parity";

it("splits the difference into parts that add up", () => {
  const report = {
    bps_a_day: { signal: -1, total: -1.5, fee: -0.5 },
    signal: -1_000_000,
    fee: -500_000,
    total: -1_500_000,
    bars: 10,
    orders: 4,
    only_live: 1,
  };
  const parts = partsOf(report);
  expect(parts.map(({ key }) => key)).toEqual(["signal", "timing", "fill", "fee", "funding", "total"]);
  expect(parts.at(-1)).toMatchObject({ bps: -1.5, usd: "-1.500000" });
  expect(comparedOf(report)).toMatchObject({ bars: 10, orders: 4, onlyLive: 1, onlyShadow: 0 });
});
