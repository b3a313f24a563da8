import { type Column, Money, Panel, Table } from "@/design";
import { percent } from "@/format";
import { bySymbol, type Ending, endings, type SymbolSplit } from "@/lab/breakdown";
import type { Refusal, ResultDocument } from "@/lab/document";
import { words } from "@/lab/figures";
import { Time } from "@/design";

const ENDINGS: readonly Column<Ending>[] = [
  { key: "reason", head: "Exit", cell: (row) => words(row.reason), by: (row) => row.reason },
  { key: "count", head: "Trades", cell: (row) => row.count, by: (row) => row.count, right: true },
  {
    key: "won",
    head: "Won",
    cell: (row) => percent((100 * row.won) / row.count, 0),
    by: (row) => row.won / row.count,
    right: true,
  },
  {
    key: "average",
    head: "Average",
    cell: (row) => <Money usd={row.average_usd} change />,
    by: (row) => Number(row.average_usd),
    right: true,
    wide: true,
  },
  {
    key: "pnl",
    head: "PnL",
    cell: (row) => <Money usd={row.pnl_usd} change decimals={0} />,
    by: (row) => Number(row.pnl_usd),
    right: true,
  },
];

const SYMBOLS: readonly Column<SymbolSplit>[] = [
  { key: "symbol", head: "Symbol", cell: (row) => row.symbol, by: (row) => row.symbol },
  { key: "count", head: "Trades", cell: (row) => row.count, by: (row) => row.count, right: true },
  {
    key: "exposure",
    head: "In position",
    cell: (row) => percent(100 * row.exposure, 1),
    by: (row) => row.exposure,
    right: true,
  },
  {
    key: "pnl",
    head: "PnL of trades",
    cell: (row) => <Money usd={row.pnl_usd} change decimals={0} />,
    by: (row) => Number(row.pnl_usd),
    right: true,
  },
];

const REFUSALS: readonly Column<Refusal>[] = [
  { key: "symbol", head: "Symbol", cell: (row) => row.symbol, by: (row) => row.symbol },
  { key: "reason", head: "Reason", cell: (row) => words(row.reason), by: (row) => row.reason },
  { key: "count", head: "Times", cell: (row) => row.count, by: (row) => row.count, right: true },
  { key: "first", head: "First", cell: (row) => <Time ts={row.first_ts} />, by: (row) => row.first_ts, wide: true },
  { key: "last", head: "Last", cell: (row) => <Time ts={row.last_ts} />, by: (row) => row.last_ts, wide: true },
];

/** How trades ended. */
export function Endings({ doc }: { doc: ResultDocument }) {
  const rows = endings(doc.trades);
  if (rows.length === 0) return null;
  return (
    <Panel title="How trades ended" flush>
      <Table label="How trades ended" columns={ENDINGS} rows={rows} rowKey={(row) => row.reason} />
    </Panel>
  );
}

/** Which symbols made it. */
export function Symbols({ doc }: { doc: ResultDocument }) {
  return (
    <Panel title="By symbol" aside="exposure by the times of closed trades" flush>
      <Table label="By symbol" columns={SYMBOLS} rows={bySymbol(doc)} rowKey={(row) => row.symbol} height={300} />
    </Panel>
  );
}

/** Entries that the risk policy refused or made smaller. */
export function Refusals({ doc }: { doc: ResultDocument }) {
  if (doc.refusals.length === 0) return null;
  return (
    <Panel title="Entries not admitted" aside="a condition that stays true is refused again at every bar" flush>
      <Table
        label="Entries not admitted"
        columns={REFUSALS}
        rows={doc.refusals}
        rowKey={(row) => `${row.symbol}${row.reason}`}
        height={300}
      />
    </Panel>
  );
}
