import type { Health } from "@/api/types";
import { Icon, Time } from "@/design";
import "@/pages/dashboard/Alerts.css";

/** What stands between the run and doing what it is there for. */
export function Obstacles({ health }: { health: Health }) {
  const told = health.condition === "stopped" ? [] : health.reasons;
  if (told.length + health.unprotected.length === 0) return null;
  const look = health.condition === "failed" ? "alert alert-bad" : "alert";
  return (
    <ul className="alerts" aria-label="What stands in its way">
      {told.map(({ text, since_ts }) => (
        <li key={`${text} ${since_ts}`} className={look}>
          <Icon name="warning" />
          <span>
            {text.charAt(0).toUpperCase() + text.slice(1)}
            {since_ts !== null && (
              <>
                {" "}
                since <Time ts={since_ts} />
              </>
            )}
          </span>
        </li>
      ))}
      {health.unprotected.map((symbol) => (
        <li key={symbol} className="alert alert-bad">
          <Icon name="warning" />
          <span>The position in {symbol} has no stop that the venue acknowledged.</span>
        </li>
      ))}
    </ul>
  );
}
