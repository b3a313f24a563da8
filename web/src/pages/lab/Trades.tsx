import { useMemo, useState } from "react";
import { Button, type Column, Empty, Money, Panel, Percent, Price, Qty, Select, SideMark, Table, Time } from "@/design";
import { fixed, plural } from "@/format";
import type { ResultDocument } from "@/lab/document";
import { words } from "@/lab/figures";
import { choices, filterTrades, NO_FILTER, type Outcome, type TradeRow, tradeRows } from "@/lab/trades";

/** What one looks for first stands first; the rest is a scroll away. */
const COLUMNS: readonly Column<TradeRow>[] = [
  { key: "number", head: "#", cell: (row) => row.number, by: (row) => row.number, right: true, wide: true },
  { key: "symbol", head: "Symbol", cell: (row) => row.symbol, by: (row) => row.symbol },
  { key: "side", head: "Side", cell: (row) => <SideMark side={row.side} />, by: (row) => row.side },
  {
    key: "pnl",
    head: "PnL",
    cell: (row) => <Money usd={row.pnl_usd} change />,
    by: (row) => Number(row.pnl_usd),
    right: true,
  },
  {
    key: "pct",
    head: "of entry",
    cell: (row) => <Percent value={row.pnl_pct} change />,
    by: (row) => row.pnl_pct,
    right: true,
    wide: true,
  },
  { key: "reason", head: "Ended by", cell: (row) => words(row.exit_reason), by: (row) => row.exit_reason },
  { key: "entry", head: "Entry", cell: (row) => <Time ts={row.entry_ts} />, by: (row) => row.entry_ts, wide: true },
  { key: "exit", head: "Exit", cell: (row) => <Time ts={row.exit_ts} />, by: (row) => row.exit_ts, wide: true },
  {
    key: "hours",
    head: "Held, h",
    cell: (row) => fixed(row.hours, 1),
    by: (row) => row.hours,
    right: true,
    wide: true,
  },
  { key: "qty", head: "Quantity", cell: (row) => <Qty value={row.qty} />, right: true, wide: true },
  { key: "entry_px", head: "Entry at", cell: (row) => <Price value={row.entry_px} />, right: true, wide: true },
  { key: "exit_px", head: "Exit at", cell: (row) => <Price value={row.exit_px} />, right: true, wide: true },
  {
    key: "fees",
    head: "Fees",
    cell: (row) => <Money usd={row.fees_usd} />,
    by: (row) => Number(row.fees_usd),
    right: true,
    wide: true,
  },
];

interface Props {
  doc: ResultDocument;
  picked: number | null;
  onPick: (trade: TradeRow) => void;
}

/** Every closed trade; one that is chosen is shown on the chart. */
export function Trades({ doc, picked, onPick }: Props) {
  const rows = useMemo(() => tradeRows(doc.trades), [doc]);
  const [filter, setFilter] = useState(NO_FILTER);
  const shown = useMemo(() => filterTrades(rows, filter), [rows, filter]);
  const some = (values: string[], all: string) => [
    { value: "", label: all },
    ...values.map((value) => ({ value, label: words(value) })),
  ];
  return (
    <Panel
      title="Trades"
      aside={shown.length === rows.length ? plural(rows.length, "trade") : `${shown.length} of ${rows.length}`}
      flush
      actions={
        <div className="lab-filter">
          <Select
            small
            aria-label="Symbol"
            value={filter.symbol}
            options={some(choices(rows, "symbol"), "Every symbol")}
            onPick={(symbol) => setFilter({ ...filter, symbol })}
          />
          <Select
            small
            aria-label="Side"
            value={filter.side}
            options={some(["long", "short"], "Long and short")}
            onPick={(side) => setFilter({ ...filter, side: side as typeof filter.side })}
          />
          <Select
            small
            aria-label="Ended by"
            value={filter.reason}
            options={some(choices(rows, "exit_reason"), "Every exit")}
            onPick={(reason) => setFilter({ ...filter, reason })}
          />
          <Select
            small
            aria-label="Outcome"
            value={filter.outcome}
            options={[
              { value: "any", label: "Won and lost" },
              { value: "won", label: "Won" },
              { value: "lost", label: "Lost" },
            ]}
            onPick={(outcome) => setFilter({ ...filter, outcome: outcome as Outcome })}
          />
        </div>
      }
    >
      <Table
        label="Trades"
        columns={COLUMNS}
        rows={shown}
        rowKey={(row) => String(row.number)}
        onRow={onPick}
        picked={String(picked ?? "")}
        height={420}
        empty={
          rows.length === 0 ? (
            <Empty title="No trade was closed">
              The conditions never held, or the risk policy refused every entry: see what was not admitted.
            </Empty>
          ) : (
            <Empty
              title="No trade is like that"
              action={<Button onClick={() => setFilter(NO_FILTER)}>Show all {rows.length}</Button>}
            />
          )
        }
      />
    </Panel>
  );
}
