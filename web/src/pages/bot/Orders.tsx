import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Order } from "@/api/types";
import { Badge, type Column, Empty, Price, Qty, SideMark, Table, Time } from "@/design";
import { ordersQuery } from "@/runs/queries";
import { orderLook, words } from "@/runs/words";
import { Loaded } from "./Loaded";
import { OrderDialog } from "./OrderDialog";

function State({ state }: { state: string }) {
  const look = orderLook(state);
  return <Badge tone={look.tone}>{look.label}</Badge>;
}

const COLUMNS: readonly Column<Order>[] = [
  {
    key: "ts",
    head: "Decided",
    width: "150px",
    by: (row) => row.decided_ts,
    cell: (row) => <Time ts={row.decided_ts} />,
  },
  { key: "symbol", head: "Market", by: (row) => row.symbol, cell: (row) => row.symbol },
  { key: "side", head: "Side", cell: (row) => <SideMark side={row.side} /> },
  { key: "kind", head: "Kind", wide: true, by: (row) => row.kind, cell: (row) => words(row.kind) },
  { key: "why", head: "Why", wide: true, by: (row) => row.reason, cell: (row) => words(row.reason) },
  { key: "qty", head: "Quantity", right: true, cell: (row) => <Qty value={row.qty} /> },
  { key: "filled", head: "Filled", right: true, wide: true, cell: (row) => <Qty value={row.filled} /> },
  {
    key: "px",
    head: "Price",
    right: true,
    wide: true,
    cell: (row) => (row.px === null ? <span className="faint">market</span> : <Price value={row.px} />),
  },
  { key: "state", head: "State", by: (row) => row.state, cell: (row) => <State state={row.state} /> },
];

/** A click shows an order's whole history. */
export function Orders({ runId }: { runId: string }) {
  const [shown, setShown] = useState<Order | null>(null);
  return (
    <Loaded asked={useQuery(ordersQuery(runId))}>
      {(data) => (
        <>
          <Table
            label="Orders"
            columns={COLUMNS}
            rows={data.items}
            rowKey={(row) => row.order_id}
            onRow={setShown}
            sort={{ key: "ts", down: true }}
            height={420}
            empty={<Empty title="No order yet">An order is written down before it leaves; then it is here.</Empty>}
          />
          {shown && <OrderDialog runId={runId} order={shown} onClose={() => setShown(null)} />}
        </>
      )}
    </Loaded>
  );
}
