import { describe, expect, it } from "vitest";
import { connectionOf, FIRST, symbolsOf, tradable, wrongConnection } from "./connectionWish";

const whole = { ...FIRST, name: "main", main: `0x${"ab".repeat(20)}` };

describe("wrongConnection", () => {
  it("wants a name and whose money it is", () => {
    expect(Object.keys(wrongConnection(FIRST)).sort()).toEqual(["main", "name"]);
    expect(wrongConnection(whole)).toEqual({});
    expect(wrongConnection({ ...whole, main: "0x12" }).main).toBeDefined();
    expect(
      wrongConnection({ ...whole, venue: "pacifica", main: "7Np41oeYqPefeNQEHSv1UDhYrehxin3NStELsSKCT4K2" }),
    ).toEqual({});
  });

  it("wants of a simulator where it is, and no owner", () => {
    expect(Object.keys(wrongConnection({ ...FIRST, name: "play", network: "simulator" }))).toEqual(["url"]);
    expect(wrongConnection({ ...FIRST, name: "play", network: "simulator", url: "http://127.0.0.1:3001" })).toEqual({});
  });

  it("refuses limits that are none", () => {
    const policy = { symbols: " ", order: "1e3", day: "-5", leverage: "0" };
    expect(Object.keys(wrongConnection({ ...whole, policy })).sort()).toEqual(["day", "leverage", "order", "symbols"]);
    expect(wrongConnection({ ...whole, policy: { ...whole.policy, day: "100" } }).day).toBe("Less than one order");
  });
});

describe("connectionOf", () => {
  it("asks for what was written", () => {
    expect(connectionOf(whole, 42_161)).toMatchObject({
      network: "testnet",
      policy: { symbols: ["BTC", "ETH"], order_usd: "500", day_usd: "5000", max_leverage: 3 },
      chain_id: "0xa4b1",
    });
    expect(connectionOf({ ...whole, network: "simulator", url: "http://127.0.0.1:1" }, null)).toMatchObject({
      main: "",
      chain_id: "",
    });
  });

  it("reads symbols however they are parted", () => {
    expect(symbolsOf(" BTC,ETH\n SOL ")).toEqual(["BTC", "ETH", "SOL"]);
  });
});

it("says in words what a key may trade", () => {
  expect(tradable(["*"])).toBe("every perp");
  expect(tradable(["BTC", "ETH"])).toBe("BTC, ETH");
});
