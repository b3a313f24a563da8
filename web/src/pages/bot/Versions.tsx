import { queryOptions, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import type { Version } from "@/api/types";
import { Badge, type Column, Table, Time } from "@/design";
import { ChangeList } from "@/runs/ChangeList";
import { Loaded } from "./Loaded";

interface Props {
  botId: string;
  versions: readonly Version[];
  running: number | null;
}

/** A version never changes; its hash is of what it means, not of how it is laid out. A click shows what it changed. */
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
  const [picked, setPicked] = useState<number | null>(null);
  const shown = picked ?? versions[0]?.version ?? 1;
  return (
    <>
      <Table
        label="Versions"
        columns={columns}
        rows={versions}
        rowKey={(row) => String(row.version)}
        picked={String(shown)}
        onRow={versions.length > 1 ? (row) => setPicked(row.version) : undefined}
      />
      {versions.length > 1 && <Change botId={botId} version={shown} />}
    </>
  );
}

const diffQuery = (botId: string, before: number, after: number) =>
  queryOptions({
    queryKey: ["bot", botId, "diff", before, after],
    queryFn: ({ signal }) =>
      api.get("/api/v1/bots/{bot_id}/diff", { path: { bot_id: botId }, query: { before, after }, signal }),
    staleTime: Infinity,
    enabled: before > 0,
  });

/** What a version changed of the one before it. */
function Change({ botId, version }: { botId: string; version: number }) {
  const asked = useQuery(diffQuery(botId, version - 1, version));
  return (
    <section className="bot-version" aria-live="polite">
      <h3>{version === 1 ? "Where it began" : `What version ${version} changed`}</h3>
      {version === 1 ? (
        <p className="faint">The first version.</p>
      ) : (
        <Loaded asked={asked}>{(difference) => <ChangeList difference={difference} />}</Loaded>
      )}
    </section>
  );
}
