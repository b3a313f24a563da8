import { useQuery } from "@tanstack/react-query";
import type { Decision } from "@/api/types";
import { type Column, Empty, Table, Time } from "@/design";
import { decisionsQuery } from "@/runs/queries";
import { becauseOf, refusedText, wantedText } from "./decisions";
import { Loaded } from "./Loaded";

const COLUMNS: readonly Column<Decision>[] = [
  { key: "ts", head: "Decided", width: "150px", by: (row) => row.ts, cell: (row) => <Time ts={row.ts} /> },
  { key: "n", head: "No.", right: true, width: "60px", by: (row) => row.decision, cell: (row) => row.decision },
  { key: "wanted", head: "What it wanted", cell: (row) => <span className="bot-cut">{wantedText(row)}</span> },
  {
    key: "refused",
    head: "Not admitted",
    wide: true,
    cell: (row) => {
      const text = refusedText(row);
      return text ? <span className="bot-cut bot-refused">{text}</span> : <span className="faint">–</span>;
    },
  },
];

/** Bars at which it wanted something; a click asks why. */
export function Decisions({ runId, onAt }: { runId: string; onAt: (at: number, symbol?: string) => void }) {
  return (
    <Loaded asked={useQuery(decisionsQuery(runId))}>
      {(data) => (
        <Table
          label="Decisions"
          columns={COLUMNS}
          rows={data.items}
          rowKey={(row) => String(row.decision)}
          onRow={(row) => onAt(row.bar_ts, becauseOf(row)[0]?.symbol)}
          sort={{ key: "ts", down: true }}
          height={420}
          empty={
            <Empty title="No decision yet">It looks at each bar that closes; what it wants then is listed here.</Empty>
          }
        />
      )}
    </Loaded>
  );
}
