import { useQuery } from "@tanstack/react-query";
import type { Position } from "@/api/types";
import { type Column, Empty, Money, Price, Qty, Table, Time } from "@/design";
import { positionColumns } from "@/runs/positions";
import { positionsQuery } from "@/runs/queries";
import { Loaded } from "./Loaded";

const COLUMNS: readonly Column<Position>[] = [
  ...positionColumns<Position>((row) => row),
  { key: "fees", head: "Fees", right: true, wide: true, cell: (row) => <Money usd={row.fees_usd} /> },
  { key: "funding", head: "Funding", right: true, wide: true, cell: (row) => <Money usd={row.funding_usd} change /> },
  { key: "opened", head: "Opened", wide: true, by: (row) => row.opened_ts, cell: (row) => <Time ts={row.opened_ts} /> },
];

interface Held {
  symbol: string;
  lot: Position["lots"][number];
}

const LOTS: readonly Column<Held>[] = [
  { key: "symbol", head: "Market", by: (row) => row.symbol, cell: (row) => row.symbol },
  { key: "opened", head: "Opened", by: (row) => row.lot.opened_ts, cell: (row) => <Time ts={row.lot.opened_ts} /> },
  { key: "qty", head: "Quantity", right: true, cell: (row) => <Qty value={row.lot.qty} /> },
  { key: "entry", head: "Entry", right: true, wide: true, cell: (row) => <Price value={row.lot.entry_px} /> },
  {
    key: "made",
    head: "Unrealised",
    right: true,
    cell: (row) => <Money usd={row.lot.unrealised_usd} change why="its market has no price" />,
  },
];

/** What is held, and the fills that it was made of: a position is closed first in, first out. */
export function Positions({ runId }: { runId: string }) {
  return (
    <Loaded asked={useQuery(positionsQuery(runId))}>
      {(data) => (
        <>
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
          <Lots positions={data.items} />
        </>
      )}
    </Loaded>
  );
}

function Lots({ positions }: { positions: readonly Position[] }) {
  const rows = positions.flatMap(({ symbol, lots }) => (lots.length > 1 ? lots.map((lot) => ({ symbol, lot })) : []));
  if (rows.length === 0) return null;
  return (
    <>
      <h3 className="bot-lots">Lots, first in, first out</h3>
      <Table label="Lots" columns={LOTS} rows={rows} rowKey={({ symbol, lot }) => `${symbol} ${lot.fill_id}`} />
    </>
  );
}
