import { expect, it } from "vitest";
import { apart } from "./apart";

const shown = (places: (number | null)[]) => [...apart(places, 18)].sort();

it("shows labels that have room, the outermost first", () => {
  expect(shown([100, 60, 52, 10])).toEqual([0, 2, 3]);
  expect(shown([10, 20, 30])).toEqual([0, 2]);
  expect(shown([10, 12])).toEqual([0]);
});

it("shows none that has no place", () => {
  expect(shown([null, 5])).toEqual([1]);
  expect(shown([])).toEqual([]);
});
