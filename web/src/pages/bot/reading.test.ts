import { expect, it } from "vitest";
import { figure } from "./reading";

it("is short enough to compare, and exact where it is small", () => {
  expect([61448.7249, 0.03814, 52, 1.5, 0.5, -139.0866, null].map(figure)).toEqual([
    "61,448.7",
    "0.03814",
    "52",
    "1.5",
    "0.5",
    "−139.087",
    "–",
  ]);
});
