import { expect, it } from "vitest";
import { intervalOf, symbolsOf } from "./scope";

it("knows the markets of a strategy that its feed has", () => {
  expect(symbolsOf({ scope: { symbols: ["BTC", "XRP"] } }, ["BTC", "ETH"])).toEqual(["BTC"]);
  expect(symbolsOf({}, ["BTC"])).toEqual(["BTC"]);
  expect(symbolsOf({ scope: { symbols: ["BTC"] } }, [])).toEqual(["BTC"]);
});

it("reads intervals", () => {
  expect(intervalOf("15m")).toBe(900_000);
  expect(intervalOf("1d")).toBe(86_400_000);
});
