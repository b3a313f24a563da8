import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Position } from "@/api/types";
import { type Column, Empty, Table } from "@/design";
import { positionColumns } from "@/runs/positions";
import { type FleetRow, rowKey } from "./fleet";

interface Held {
  position: Position;
  row: FleetRow;
}

const BOT: Column<Held> = {
  key: "bot",
  head: "Bot",
  by: (held) => held.row.bot.name,
  cell: (held) => (
    <Link to="/bots/$botId" params={{ botId: held.row.bot.bot_id }} className="position-bot">
      {held.row.bot.name}
    </Link>
  ),
};

const [SYMBOL, ...REST] = positionColumns<Held>((held) => held.position);
const COLUMNS: readonly Column<Held>[] = [SYMBOL, BOT, ...REST].filter((each) => each !== undefined);

/** Everything that is held, whoever holds it. */
export function Positions({ rows }: { rows: readonly FleetRow[] }) {
  const held = useMemo(
    () => rows.flatMap((row) => (row.current?.positions ?? []).map((position) => ({ position, row }))),
    [rows],
  );
  return (
    <Table
      label="Open positions"
      columns={COLUMNS}
      rows={held}
      rowKey={({ row, position }) => `${rowKey(row)} ${position.symbol}`}
      sort={{ key: "symbol", down: false }}
      empty={<Empty title="Nothing is held">A position appears here as soon as a bot has one.</Empty>}
    />
  );
}
