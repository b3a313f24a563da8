import { type Column, Panel, Table } from "@/design";
import { bytes, count, date } from "@/format";
import { endOf, type Shelf } from "@/lab/lake";

const COLUMNS: readonly Column<Shelf>[] = [
  { key: "venue", head: "Venue", cell: (row) => row.venue, by: (row) => row.venue },
  { key: "interval", head: "Series", cell: (row) => row.interval },
  { key: "symbols", head: "Symbols", cell: (row) => row.symbols, by: (row) => row.symbols, right: true },
  { key: "rows", head: "Rows", cell: (row) => count(row.rows), by: (row) => row.rows, right: true },
  {
    key: "size",
    head: "Size",
    cell: (row) => bytes(row.size_bytes),
    by: (row) => row.size_bytes,
    right: true,
    wide: true,
  },
  { key: "to", head: "Until", cell: (row) => date(endOf(row)), by: (row) => row.last_ts, wide: true },
];

const keyOf = (shelf: Shelf) => `${shelf.venue} ${shelf.interval}`;

interface Props {
  shelves: readonly Shelf[];
  picked: Shelf;
  onPick: (shelf: Shelf) => void;
}

/** Which series there are, by venue. */
export function Shelves({ shelves, picked, onPick }: Props) {
  return (
    <Panel title="In the lake" flush>
      <Table
        label="Series in the lake"
        columns={COLUMNS}
        rows={shelves}
        rowKey={keyOf}
        picked={keyOf(picked)}
        onRow={onPick}
        height={420}
      />
    </Panel>
  );
}
