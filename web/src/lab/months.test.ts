import { describe, expect, it } from "vitest";
import { monthlyReturns, shade } from "./months";

const at = (text: string) => Date.parse(`${text}Z`);

describe("monthlyReturns", () => {
  it("goes from the last close of a month to the last of the next", () => {
    const doc = {
      account: { start_usd: "100", end_usd: "121" },
      equity: [
        { ts: at("2025-11-30T12:00"), usd: "90" },
        { ts: at("2025-12-01T00:00"), usd: "110" }, // the close of November
        { ts: at("2026-01-01T00:00"), usd: "121" },
        { ts: at("2026-02-10T00:00"), usd: "121" },
      ],
    };
    const rows = monthlyReturns(doc);
    expect(rows.map((row) => row.year)).toEqual([2025, 2026]);
    expect(rows[0]?.months[10]).toBeCloseTo(0.1);
    expect(rows[0]?.months[11]).toBeCloseTo(0.1);
    expect(rows[0]?.total).toBeCloseTo(0.21);
    expect(rows[0]?.months[0]).toBeUndefined();
    expect(rows[1]?.months[1]).toBe(0);
  });

  it("has no value for a month that began with nothing", () => {
    const doc = { account: { start_usd: "0", end_usd: "0" }, equity: [{ ts: at("2026-01-02T00:00"), usd: "5" }] };
    expect(monthlyReturns(doc)[0]).toMatchObject({ total: null });
    expect(monthlyReturns(doc)[0]?.months[0]).toBeNull();
  });
});

describe("shade", () => {
  it("grows with the size, whatever the sign", () => {
    expect([0.01, -0.03, 0.07, -0.4].map(shade)).toEqual([0, 1, 2, 3]);
  });
});
