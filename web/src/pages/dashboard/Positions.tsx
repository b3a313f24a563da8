import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Position } from "@/api/types";
import { type Column, Empty, Money, Price, Qty, SideMark, Table, Time } from "@/design";
import type { FleetRow } from "./fleet";

interface Held {
  position: Position;
  row: FleetRow;
}

const COLUMNS: readonly Column<Held>[] = [
  { key: "symbol", head: "Market", by: (held) => held.position.symbol, cell: (held) => held.position.symbol },
  {
    key: "side",
    head: "Side",
    by: (held) => held.position.side,
    cell: (held) => <SideMark side={held.position.side} />,
  },
  {
    key: "bot",
    head: "Bot",
    by: (held) => held.row.bot.name,
    cell: (held) => (
      <Link to="/bots/$botId" params={{ botId: held.row.bot.bot_id }}>
        {held.row.bot.name}
      </Link>
    ),
  },
  { key: "qty", head: "Quantity", right: true, cell: (held) => <Qty value={held.position.qty} /> },
  {
    key: "entry",
    head: "Average entry",
    right: true,
    wide: true,
    cell: (held) => <Price value={held.position.entry_px} />,
  },
  {
    key: "cost",
    head: "Cost",
    right: true,
    wide: true,
    by: (held) => Number(held.position.cost_usd),
    cell: (held) => <Money usd={held.position.cost_usd} />,
  },
  { key: "fees", head: "Fees", right: true, wide: true, cell: (held) => <Money usd={held.position.fees_usd} /> },
  {
    key: "funding",
    head: "Funding",
    right: true,
    wide: true,
    cell: (held) => <Money usd={held.position.funding_usd} change />,
  },
  {
    key: "opened",
    head: "Opened",
    wide: true,
    by: (held) => held.position.opened_ts,
    cell: (held) => <Time ts={held.position.opened_ts} />,
  },
];

/** Everything that is held, whoever holds it. */
export function Positions({ rows }: { rows: readonly FleetRow[] }) {
  const held = useMemo(() => rows.flatMap((row) => row.positions.map((position) => ({ position, row }))), [rows]);
  return (
    <Table
      label="Open positions"
      columns={COLUMNS}
      rows={held}
      rowKey={({ row, position }) => `${row.bot.bot_id} ${position.symbol}`}
      sort={{ key: "symbol", down: false }}
      empty={<Empty title="Nothing is held">A position appears here as soon as a bot has one.</Empty>}
    />
  );
}
