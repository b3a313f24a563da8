import { Link } from "@tanstack/react-router";
import { Fragment } from "react";
import { Icon, Time } from "@/design";
import type { Alert, FleetRow } from "./fleet";
import { plural } from "@/format";
import "./Alerts.css";

const BAD = new Set(["kill", "failed", "unprotected", "frozen"]);
const NAMED = 3;

/** Only what wants a person, each thing once; nothing when all is well. */
export function Alerts({ alerts, rows }: { alerts: readonly Alert[]; rows: readonly FleetRow[] }) {
  if (alerts.length === 0) return null;
  const names = new Map(rows.map((row) => [row.bot.bot_id, row.bot.name]));
  return (
    <ul className="alerts" aria-label="Wants your attention">
      {alerts.map((alert) => (
        <li
          key={`${alert.kind} ${alert.what} ${alert.text} ${alert.since_ts}`}
          className={BAD.has(alert.kind) ? "alert alert-bad" : "alert"}
        >
          <Icon name="warning" />
          <span>
            <About alert={alert} names={names} />: {alert.text}
            {alert.since_ts !== null && (
              <>
                {" "}
                since <Time ts={alert.since_ts} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The bot itself, or what it is about with the bots that it touches. */
function About({ alert, names }: { alert: Alert; names: ReadonlyMap<string, string> }) {
  const ids = alert.bot_ids.slice(0, NAMED);
  const more = alert.bot_ids.length - ids.length;
  const links = ids.map((id, at) => (
    <Fragment key={id}>
      {at > 0 && ", "}
      <Link to="/bots/$botId" params={{ botId: id }}>
        {names.get(id) ?? id}
      </Link>
    </Fragment>
  ));
  if (ids.length === 1 && names.get(ids[0] ?? "") === alert.what) return links;
  return (
    <>
      {alert.what} ({links}
      {more > 0 && ` and ${plural(more, "more", "more")}`})
    </>
  );
}
