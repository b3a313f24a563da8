import { Button, Icon, Tooltip, useNow } from "@/design";
import { span } from "@/format";
import { live, useConnection } from "@/live/live";
import "./Connection.css";

/** Always there and quiet; it speaks up when what is shown may be old. */
export function Connection() {
  const state = useConnection();
  const now = useNow();
  const old = span(Math.max(0, now - live.since));
  const told = {
    off: { short: "Offline", long: "There is no connection." },
    connecting: { short: "Connecting", long: "The stream of events is being opened." },
    live: { short: "Live", long: "Everything shown follows the server as it happens." },
    lost: {
      short: `Lost ${old}`,
      long: `The connection was lost ${old} ago; what is shown may be that old. It is opened again by itself.`,
    },
  }[state];
  return (
    <Tooltip text={told.long}>
      <span
        className={`connection connection-${state}`}
        role="status"
        aria-label={`Connection: ${state === "lost" ? "lost" : told.short}`}
      >
        <span className="connection-mark" aria-hidden />
        <span className="connection-word">{told.short}</span>
      </span>
      {state === "lost" && (
        <Button size="sm" look="quiet" aria-label="Connect now" icon={<Icon name="refresh" />} onClick={live.hurry} />
      )}
    </Tooltip>
  );
}
