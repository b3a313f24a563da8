import { useQuery } from "@tanstack/react-query";
import type { Closure } from "@/api/types";
import { type Column, Empty, Money, SideMark, Table, Time } from "@/design";
import { closuresQuery } from "@/runs/queries";
import { span } from "@/format";
import { Loaded } from "./Loaded";

const COLUMNS: readonly Column<Closure>[] = [
  { key: "exit", head: "Closed", width: "150px", by: (row) => row.exit_ts, cell: (row) => <Time ts={row.exit_ts} /> },
  { key: "symbol", head: "Market", by: (row) => row.symbol, cell: (row) => row.symbol },
  { key: "side", head: "Side", cell: (row) => <SideMark side={row.side} /> },
  {
    key: "held",
    head: "Held",
    right: true,
    wide: true,
    by: (row) => row.exit_ts - row.entry_ts,
    cell: (row) => span(row.exit_ts - row.entry_ts),
  },
  { key: "gross", head: "Gross", right: true, wide: true, cell: (row) => <Money usd={row.realised_usd} change /> },
  { key: "fees", head: "Fees", right: true, wide: true, cell: (row) => <Money usd={row.fees_usd} /> },
  { key: "funding", head: "Funding", right: true, wide: true, cell: (row) => <Money usd={row.funding_usd} change /> },
  {
    key: "net",
    head: "Net",
    right: true,
    by: (row) => Number(row.pnl_usd),
    cell: (row) => <Money usd={row.pnl_usd} change />,
  },
];

/** Gross beside what it cost; a click goes to the bar. */
export function Closures({ runId, onAt }: { runId: string; onAt: (at: number, symbol?: string) => void }) {
  return (
    <Loaded asked={useQuery(closuresQuery(runId))}>
      {(data) => (
        <Table
          label="Closed trades"
          columns={COLUMNS}
          rows={data.items}
          rowKey={(row) => row.fill_id}
          onRow={(row) => onAt(row.exit_ts - 1, row.symbol)}
          sort={{ key: "exit", down: true }}
          height={420}
          empty={
            <Empty title="Nothing was closed yet">
              A trade is listed with its costs when its position gets smaller.
            </Empty>
          }
        />
      )}
    </Loaded>
  );
}
