import type { Health } from "@/api/types";
import { Icon, Time } from "@/design";
import { words } from "@/runs/words";
import "@/pages/dashboard/Alerts.css";

/** What stands between the run and doing what it is there for. */
export function Obstacles({ health }: { health: Health }) {
  const told = health.condition === "stopped" || health.condition === "healthy" ? [] : health.reasons;
  const bare = health.unprotected.map((symbol) => `The position in ${symbol} has no stop that the venue acknowledged.`);
  const blocks = health.blocks.filter((block) => !told.some((text) => text.includes(block.reason)));
  if (told.length + bare.length + blocks.length === 0) return null;
  const look = health.condition === "failed" ? "alert alert-bad" : "alert";
  return (
    <ul className="alerts" aria-label="What stands in its way">
      {[...told, ...bare].map((text) => (
        <li key={text} className={look}>
          <Icon name="warning" />
          <span>{words(text)}</span>
        </li>
      ))}
      {blocks.map((block) => (
        <li key={`${block.symbol} ${block.reason}`} className="alert">
          <Icon name="warning" />
          <span>
            No entries on {block.symbol || "any market"} since <Time ts={block.since_ts} />: {words(block.reason)}
            {block.detail && `, ${block.detail}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
