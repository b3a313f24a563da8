import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Model } from "@/api/types";
import { Age, Badge, type Column, Empty, ErrorBox, Panel, SkeletonRows, Table, Time } from "@/design";

type Feed = Model<"FeedModel">;

const feedsQuery = queryOptions({
  queryKey: ["feeds"],
  queryFn: ({ signal }) => api.get("/api/v1/feeds", { signal }),
  refetchInterval: 5_000,
});

const COLUMNS: readonly Column<Feed>[] = [
  { key: "feed", head: "Feed", cell: (row) => row.feed, by: (row) => row.feed },
  {
    key: "state",
    head: "State",
    cell: (row) =>
      row.stale_ts === null ? (
        <Badge tone="good">moves</Badge>
      ) : (
        <Badge tone="warn">
          stands still, <Age ts={row.stale_ts} />
        </Badge>
      ),
  },
  { key: "interval", head: "Bars", cell: (row) => row.interval, wide: true },
  {
    key: "symbols",
    head: "Symbols",
    cell: (row) => row.symbols.length,
    by: (row) => row.symbols.length,
    right: true,
    wide: true,
  },
  { key: "last", head: "Last bar", cell: (row) => <Time ts={row.last_ts} />, by: (row) => row.last_ts },
  { key: "source", head: "From", cell: (row) => row.source, wide: true },
];

/** Markets that runs can be put on: replays of the lake, and bars that venues tell. */
export function Feeds() {
  const feeds = useQuery(feedsQuery);
  return (
    <Panel title="Feeds" aside="closed bars, as bots get them" flush>
      {feeds.isPending && (
        <div className="panel-body">
          <SkeletonRows rows={2} />
        </div>
      )}
      {feeds.isError && (
        <div className="panel-body">
          <ErrorBox error={feeds.error} onRetry={() => void feeds.refetch()} />
        </div>
      )}
      {feeds.data && (
        <Table
          label="Feeds"
          columns={COLUMNS}
          rows={feeds.data.items}
          rowKey={(row) => row.feed}
          empty={
            <Empty title="No market moves">
              Start one beside the server: <code>paddock serve --replay demo:1h</code> plays history of the lake as if
              it happened now.
            </Empty>
          }
        />
      )}
    </Panel>
  );
}
