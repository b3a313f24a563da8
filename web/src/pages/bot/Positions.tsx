import { useQuery } from "@tanstack/react-query";
import type { Position } from "@/api/types";
import { type Column, Empty, Money, Price, Qty, SideMark, Table, Time } from "@/design";
import { positionsQuery } from "@/runs/queries";
import { Loaded } from "./Loaded";

const COLUMNS: readonly Column<Position>[] = [
  { key: "symbol", head: "Market", by: (row) => row.symbol, cell: (row) => row.symbol },
  { key: "side", head: "Side", cell: (row) => <SideMark side={row.side} /> },
  { key: "qty", head: "Quantity", right: true, cell: (row) => <Qty value={row.qty} /> },
  { key: "entry", head: "Average entry", right: true, cell: (row) => <Price value={row.entry_px} /> },
  { key: "cost", head: "Cost", right: true, wide: true, cell: (row) => <Money usd={row.cost_usd} /> },
  { key: "fees", head: "Fees", right: true, wide: true, cell: (row) => <Money usd={row.fees_usd} /> },
  { key: "funding", head: "Funding", right: true, wide: true, cell: (row) => <Money usd={row.funding_usd} change /> },
  {
    key: "realised",
    head: "Realised",
    right: true,
    wide: true,
    cell: (row) => <Money usd={row.realised_usd} change />,
  },
  { key: "opened", head: "Opened", wide: true, by: (row) => row.opened_ts, cell: (row) => <Time ts={row.opened_ts} /> },
];

export function Positions({ runId }: { runId: string }) {
  return (
    <Loaded asked={useQuery(positionsQuery(runId))}>
      {(data) => (
        <Table
          label="Positions"
          columns={COLUMNS}
          rows={data.items}
          rowKey={(row) => row.symbol}
          empty={
            <Empty title="Nothing is held">
              It waits for its conditions; the reading above says which are missing.
            </Empty>
          }
        />
      )}
    </Loaded>
  );
}
