import { describe, expect, it } from "vitest";
import { tickText, Weight, weightOf } from "./weights";

const HOUR = 3_600_000;
const utc = (ts: number) => ts;
const tokyo = (ts: number) => ts + 9 * HOUR;
const at = (text: string) => Date.parse(text);

describe("weightOf", () => {
  it("goes by what changed since the bar before", () => {
    expect(weightOf(at("2026-01-01T00:00Z"), at("2025-12-31T23:00Z"), utc)).toBe(Weight.Year);
    expect(weightOf(at("2026-02-01T00:00Z"), at("2026-01-31T23:00Z"), utc)).toBe(Weight.Month);
    expect(weightOf(at("2026-02-02T00:00Z"), at("2026-02-01T23:00Z"), utc)).toBe(Weight.Day);
    expect(weightOf(at("2026-02-02T12:00Z"), at("2026-02-02T11:00Z"), utc)).toBe(Weight.Hour12);
    expect(weightOf(at("2026-02-02T13:00Z"), at("2026-02-02T12:00Z"), utc)).toBe(Weight.Hour);
    expect(weightOf(at("2026-02-02T13:05Z"), at("2026-02-02T13:04Z"), utc)).toBe(Weight.Minute5);
  });

  it("puts the day where the viewer's midnight is", () => {
    expect(weightOf(at("2026-02-02T15:00Z"), at("2026-02-02T14:00Z"), tokyo)).toBe(Weight.Day);
    expect(weightOf(at("2026-02-02T00:00Z"), at("2026-02-01T23:00Z"), tokyo)).toBe(Weight.Hour3);
  });

  it("sees a boundary that lies in a gap", () => {
    expect(weightOf(at("2026-02-02T07:00Z"), at("2026-02-01T20:00Z"), utc)).toBe(Weight.Day);
  });
});

describe("tickText", () => {
  it("says as much as the boundary needs", () => {
    const ts = at("2026-03-05T15:00Z");
    expect(tickText(ts, Weight.Year, "en-GB", "UTC")).toBe("2026");
    expect(tickText(ts, Weight.Month, "en-GB", "UTC")).toBe("Mar");
    expect(tickText(ts, Weight.Day, "en-GB", "Asia/Tokyo")).toBe("6 Mar");
    expect(tickText(ts, Weight.Hour, "en-GB", "Asia/Tokyo")).toBe("00:00");
  });
});
