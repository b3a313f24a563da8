import { useQuery } from "@tanstack/react-query";
import type { LoggedEvent } from "@/api/types";
import { type Column, Empty, Table, Time } from "@/design";
import { eventsQuery } from "@/runs/queries";
import { eventText, eventTitle } from "./events";
import { Loaded } from "./Loaded";

const COLUMNS: readonly Column<LoggedEvent>[] = [
  { key: "ts", head: "When", width: "170px", by: (row) => row.position, cell: (row) => <Time ts={row.ts} exactly /> },
  { key: "kind", head: "What", width: "190px", by: (row) => row.kind, cell: (row) => eventTitle(row) },
  { key: "text", head: "Detail", cell: (row) => <span className="bot-cut muted">{eventText(row)}</span> },
  {
    key: "seal",
    head: "Seal",
    wide: true,
    width: "110px",
    cell: (row) => (
      <code className="faint" title={row.digest}>
        {row.digest.slice(0, 12)}
      </code>
    ),
  },
];

/** The log itself, the newest first; each entry is sealed with all before it. */
export function Events({ runId }: { runId: string }) {
  return (
    <Loaded asked={useQuery(eventsQuery(runId))}>
      {(data) => (
        <Table
          label="Events"
          columns={COLUMNS}
          rows={data.items}
          rowKey={(row) => String(row.position)}
          sort={{ key: "ts", down: true }}
          height={420}
          empty={<Empty title="Nothing happened yet" />}
        />
      )}
    </Loaded>
  );
}
