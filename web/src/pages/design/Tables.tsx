import { type Column, Money, Panel, Qty, SideMark, Table, Time } from "@/design";

interface Row {
  id: number;
  ts: number;
  symbol: string;
  side: string;
  qty: string;
  pnl: string | null;
}

const ROWS: readonly Row[] = Array.from({ length: 1_000 }, (_, id) => ({
  id,
  ts: 1_725_408_000_000 + id * 3_600_000,
  symbol: ["BTC", "ETH", "SOL"][id % 3] ?? "BTC",
  side: id % 2 ? "short" : "long",
  qty: `0.${String((id * 37) % 997).padStart(3, "0")}`,
  pnl: id % 7 === 0 ? null : (Math.sin(id) * 100).toFixed(2),
}));

const COLUMNS: readonly Column<Row>[] = [
  { key: "ts", head: "Time", cell: (row) => <Time ts={row.ts} />, by: (row) => row.ts },
  { key: "symbol", head: "Market", cell: (row) => row.symbol, by: (row) => row.symbol },
  { key: "side", head: "Side", cell: (row) => <SideMark side={row.side} /> },
  {
    key: "qty",
    head: "Quantity",
    right: true,
    wide: true,
    cell: (row) => <Qty value={row.qty} />,
    by: (row) => Number(row.qty),
  },
  {
    key: "pnl",
    head: "Profit",
    right: true,
    cell: (row) => <Money usd={row.pnl} change why="still open" />,
    by: (row) => (row.pnl === null ? null : Number(row.pnl)),
  },
];

export function Tables() {
  return (
    <Panel title="Table" aside="1,000 rows; only those in view are in the page" flush>
      <Table
        label="Example trades"
        columns={COLUMNS}
        rows={ROWS}
        rowKey={(row) => String(row.id)}
        sort={{ key: "ts", down: true }}
        height={260}
      />
    </Panel>
  );
}
