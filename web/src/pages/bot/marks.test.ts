import { expect, it } from "vitest";
import type { Fill, Order } from "@/api/types";
import { barsOf } from "./candles";
import { marksOf, restingLevels } from "./marks";

const HOUR = 3_600_000;
const fill = (changed: Partial<Fill>): Fill =>
  ({
    fill_id: "f",
    order_id: "o",
    symbol: "BTC",
    side: "buy",
    qty: "0.10",
    px: "100",
    venue_ts: 1.5 * HOUR,
    ...changed,
  }) as Fill;
const order = (changed: Partial<Order>): Order =>
  ({
    order_id: "o",
    symbol: "BTC",
    side: "sell",
    kind: "stop",
    reason: "entry",
    reduce_only: false,
    state: "open",
    px: "90",
    qty: "1",
    decided_ts: 5,
    ...changed,
  }) as Order;

it("tells entries from exits by their orders, on the bar they fell in", () => {
  const [entry] = marksOf([fill({})], [order({})], "BTC", HOUR);
  expect(entry).toMatchObject({ ts: HOUR, kind: "entry", side: "long", text: "Entry: buy 0.10 at 100" });
  const [exit] = marksOf([fill({})], [order({ reduce_only: true, reason: "stop_loss" })], "BTC", HOUR);
  expect(exit).toMatchObject({ kind: "exit", side: "short" });
  expect(marksOf([fill({})], [], "ETH", HOUR)).toEqual([]);
});

it("draws what rests with a price", () => {
  const limit = { kind: "limit" };
  const orders = [order(limit), order({}), order({ ...limit, state: "filled" }), order({ ...limit, px: null })];
  expect(restingLevels(orders, "BTC")).toMatchObject([{ kind: "order", px: 90 }]);
});

it("leaves a gap where a bar is missing", () => {
  const columns = { ts: [0, 1], open: [1, null], high: [1, null], low: [1, null], close: [1, null] };
  expect(barsOf(columns)).toEqual([{ ts: 0, open: 1, high: 1, low: 1, close: 1 }]);
});
