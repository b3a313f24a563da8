import { expect, it } from "vitest";
import type { Position } from "@/api/types";
import { levelsOf, type Told } from "./levels";

const told = (changed: Partial<Told>): Told => ({
  kind: "stop",
  px: "61200",
  since_ts: Date.UTC(2026, 0, 2, 14, 2),
  until_ts: null,
  order_ts: new Date(2026, 0, 2, 14, 2).getTime(),
  ...changed,
});
const position = { side: "long", protection: "protected", stop_px: "61200", trail_px: "61500" } as Position;
const now = new Date(2026, 0, 2, 18).getTime();

it("says which stop protects, and since when", () => {
  const levels = levelsOf([told({}), told({ kind: "trail", px: "61500" }), told({ kind: "target" })], position, now);
  expect(levels.map(({ text }) => text)).toEqual([
    "Stop 61,200, since 14:02",
    "Trailing stop 61,500, protected since 14:02",
    "Target 61,200, since 14:02",
  ]);
  const [stop] = levelsOf([told({})], { ...position, trail_px: null }, now);
  expect(stop?.text).toBe("Stop 61,200, protected since 14:02");
});

it("claims no protection by a stop that does not cover the position", () => {
  const bare = { ...position, protection: "bare", stop_px: null, trail_px: null } as Position;
  expect(levelsOf([told({})], bare, now)[0]?.text).toBe("Stop 61,200, since 14:02");
});

it("names the day where it was another, and claims nothing of what is over", () => {
  const later = new Date(2026, 0, 3, 1).getTime();
  const [over] = levelsOf([told({ until_ts: 5 })], position, later);
  expect(over?.text).toBe("Stop 61,200, since 01-02 14:02");
});
