import { describe, expect, it } from "vitest";
import { bookings, type Entry, inRuns } from "./bookings";

const entry = (over: Partial<Entry>): Entry => ({
  txn: "account.deposited:a:1",
  line: 1,
  ts: 5,
  run_id: "",
  book: "cash",
  amount_usd: "100.000000",
  ...over,
});

describe("bookings", () => {
  it("gathers the lines of a transaction, and says what it did to cash", () => {
    const rows = bookings([
      entry({ line: 2, book: "external", amount_usd: "-100.000000" }),
      entry({}),
      entry({ txn: "fill.booked:r1:7", run_id: "r1", amount_usd: "-0.500000", ts: 9 }),
    ]);
    expect(rows.map((row) => [row.what, row.run_id, row.cash_usd])).toEqual([
      ["account deposited", "", "100.00"],
      ["fill booked", "r1", "-0.50"],
    ]);
    expect(rows[0]?.lines.map((line) => line.line)).toEqual([1, 2]);
  });

  it("moves no cash when a run is given some of the account's", () => {
    const rows = bookings([entry({ amount_usd: "-10" }), entry({ line: 2, run_id: "r1", amount_usd: "10" })]);
    expect(rows[0]).toMatchObject({ cash_usd: "0.00", moved_usd: "10.00" });
  });
});

it("knows what runs have, to the last place", () => {
  expect(inRuns({ cash_usd: "29780.807909", free_usd: "0.100000" })).toBe("29780.707909");
});
