/** Fills as entries and exits on the chart, and protection as levels. */
import type { Fill, Order } from "@/api/types";
import type { Level, Mark } from "@/charts";
import { exact } from "@/format";
import { words } from "@/runs/words";

/** An order that only reduces is an exit; a fill that no order of ours caused is taken for one as well. */
export function marksOf(fills: readonly Fill[], orders: readonly Order[], symbol: string, step_ms: number): Mark[] {
  const byId = new Map(orders.map((order) => [order.order_id, order]));
  return fills
    .filter((fill) => fill.symbol === symbol)
    .map((fill): Mark => {
      const order = byId.get(fill.order_id);
      const exit = order ? order.reduce_only : true;
      const buys = fill.side === "buy";
      const why = order ? words(order.reason) : "Not of an order of ours";
      return {
        id: fill.fill_id,
        ts: Math.floor(fill.venue_ts / step_ms) * step_ms,
        px: Number(fill.px),
        kind: exit ? "exit" : "entry",
        side: buys !== exit ? "long" : "short",
        text: `${why}: ${fill.side} ${exact(fill.qty)} at ${exact(fill.px)}`,
      };
    })
    .sort((a, b) => a.ts - b.ts);
}

/** Entries and exits that rest with a price; what protects is told as levels. */
export function restingLevels(orders: readonly Order[], symbol: string): Level[] {
  return orders
    .filter(
      (order) =>
        order.symbol === symbol &&
        order.px !== null &&
        order.kind === "limit" &&
        (order.state === "open" || order.state === "partial"),
    )
    .map((order) => ({
      id: order.order_id,
      kind: "order",
      px: Number(order.px),
      since_ts: order.decided_ts,
      until_ts: null,
      text: `${words(order.kind)} ${order.side} ${exact(order.qty)}`,
    }));
}
