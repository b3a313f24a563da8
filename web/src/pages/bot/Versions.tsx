import { Link } from "@tanstack/react-router";
import type { Version } from "@/api/types";
import { Badge, type Column, Table, Time } from "@/design";

interface Props {
  botId: string;
  versions: readonly Version[];
  running: number | null;
}

/** A version never changes; its hash is of what it means, not of how it is laid out. */
export function Versions({ botId, versions, running }: Props) {
  const columns: readonly Column<Version>[] = [
    { key: "n", head: "Version", cell: (row) => row.version },
    {
      key: "state",
      head: "State",
      cell: (row) => (row.version === running ? <Badge tone="good">This run</Badge> : null),
    },
    { key: "name", head: "Name", cell: (row) => <span className="bot-cut">{String(row.strategy.name ?? "")}</span> },
    { key: "made", head: "Made", wide: true, cell: (row) => <Time ts={row.created_ts} /> },
    {
      key: "hash",
      head: "Hash",
      wide: true,
      cell: (row) => (
        <code className="faint" title={row.strategy_hash}>
          {row.strategy_hash.slice(0, 12)}
        </code>
      ),
    },
    {
      key: "do",
      head: <span className="sr-only">Actions</span>,
      right: true,
      cell: (row) => (
        <Link to="/lab" search={{ bot: botId, version: String(row.version) }}>
          Backtest
        </Link>
      ),
    },
  ];
  return <Table label="Versions" columns={columns} rows={versions} rowKey={(row) => String(row.version)} />;
}
