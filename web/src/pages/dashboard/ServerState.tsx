import { useQuery } from "@tanstack/react-query";
import { Badge, Time } from "@/design";
import { statusQuery } from "./status";

/** The markets that bring bars, and what the server is still doing before it can. */
export function ServerState() {
  const { data: status } = useQuery(statusQuery);
  if (!status) return <span className="faint">Asking the server…</span>;
  if (status.getting_ready) return <Badge tone="warn">Getting ready: {status.getting_ready}</Badge>;
  if (status.feeds.length === 0)
    return <span>No market data is played; start the server with --replay or --demo.</span>;
  return (
    <>
      {status.feeds.map((feed) => (
        <span key={feed.feed}>
          {feed.stale_since_ts === null ? "" : "Silent: "}
          {feed.feed} at <Time ts={feed.last_ts} />
        </span>
      ))}
    </>
  );
}
