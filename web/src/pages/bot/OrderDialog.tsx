import { queryOptions, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "@/api/client";
import type { LoggedEvent, Order } from "@/api/types";
import { Dialog, Time } from "@/design";
import { exact, plural } from "@/format";
import { orderLook, words } from "@/runs/words";
import { eventText, eventTitle } from "./events";
import { Loaded } from "./Loaded";
import "./OrderDialog.css";

const get = api.get as unknown as (path: string, asked: object) => Promise<{ events: LoggedEvent[] }>;

const historyQuery = (runId: string, orderId: string) =>
  queryOptions({
    queryKey: ["run", runId, "order", orderId],
    queryFn: ({ signal }) =>
      get("/api/v1/runs/{run_id}/orders/{order_id}", { path: { run_id: runId, order_id: orderId }, signal }),
  });

/** Everything that happened to one order, in the order in which it was written down. */
export function OrderDialog({ runId, order, onClose }: { runId: string; order: Order; onClose: () => void }) {
  const asked = useQuery(historyQuery(runId, order.order_id));
  return (
    <Dialog title={`${words(order.kind)} ${order.side} ${exact(order.qty)} ${order.symbol}`} onClose={onClose}>
      <dl className="order-facts">
        <Fact name="State">{orderLook(order.state).label}</Fact>
        <Fact name="Why">{words(order.reason)}</Fact>
        <Fact name="Filled">
          {exact(order.filled)} of {exact(order.qty)}
        </Fact>
        <Fact name="Price">{order.px === null ? "market" : exact(order.px)}</Fact>
        <Fact name="Decision">{order.decision}</Fact>
        {order.note && <Fact name="Note">{order.note}</Fact>}
        <Fact name="Order">
          <code>{order.order_id}</code>
        </Fact>
      </dl>
      <Loaded asked={asked}>
        {(data) => (
          <>
            <h3>{plural(data.events.length, "event")}</h3>
            <ol className="order-history">
              {data.events.map((event) => (
                <li key={event.position}>
                  <Time ts={event.ts} exactly />
                  <strong>{eventTitle(event)}</strong>
                  <span>{eventText(event)}</span>
                </li>
              ))}
            </ol>
          </>
        )}
      </Loaded>
    </Dialog>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
