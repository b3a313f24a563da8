import { useQuery } from "@tanstack/react-query";
import type { Fill } from "@/api/types";
import { type Column, Empty, Money, Price, Qty, SideMark, Table, Time } from "@/design";
import { fillsQuery } from "@/runs/queries";
import { words } from "@/runs/words";
import { Loaded } from "./Loaded";

const COLUMNS: readonly Column<Fill>[] = [
  { key: "ts", head: "Traded", width: "150px", by: (row) => row.venue_ts, cell: (row) => <Time ts={row.venue_ts} /> },
  { key: "symbol", head: "Market", by: (row) => row.symbol, cell: (row) => row.symbol },
  { key: "side", head: "Side", cell: (row) => <SideMark side={row.side} /> },
  { key: "kind", head: "Order", wide: true, cell: (row) => words(row.kind) },
  { key: "qty", head: "Quantity", right: true, cell: (row) => <Qty value={row.qty} /> },
  { key: "px", head: "Price", right: true, cell: (row) => <Price value={row.px} /> },
  { key: "fee", head: "Fee", right: true, wide: true, cell: (row) => <Money usd={row.fee_usd} decimals={4} /> },
  { key: "maker", head: "Role", wide: true, cell: (row) => (row.maker ? "Maker" : "Taker") },
];

export function Fills({ runId }: { runId: string }) {
  return (
    <Loaded asked={useQuery(fillsQuery(runId))}>
      {(data) => (
        <Table
          label="Fills"
          columns={COLUMNS}
          rows={data.items}
          rowKey={(row) => row.fill_id}
          sort={{ key: "ts", down: true }}
          height={420}
          empty={<Empty title="Nothing traded yet">A fill appears once part of an order trades.</Empty>}
        />
      )}
    </Loaded>
  );
}
