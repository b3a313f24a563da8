import { expect, it } from "vitest";
import { drawnOf } from "./indicators";

it("puts lines over the price and oscillators below it", () => {
  const lines = [
    { label: "SMA(50)", pane: "price", values: [null, 2] },
    { label: "RSI(14)", pane: "own", values: [30, 31] },
  ];
  const drawn = drawnOf({ ts: [1, 2], lines, thresholds: [30], unit: "0 to 100" });
  expect(drawn.lines).toEqual([
    {
      label: "SMA(50)",
      points: [
        { ts: 1, value: null },
        { ts: 2, value: 2 },
      ],
    },
  ]);
  expect(drawn.oscillators.map(({ label }) => label)).toEqual(["RSI(14)"]);
  expect(drawn.thresholds).toEqual([30]);
  expect(drawnOf(undefined).lines).toEqual([]);
});
