import { Link } from "@tanstack/react-router";
import { Icon } from "@/design";
import type { Alert } from "./figures";
import "./Alerts.css";

/** Only what wants a person; nothing when all is well. */
export function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <ul className="alerts" aria-label="Wants your attention">
      {alerts.map((alert) => (
        <li key={alert.key} className={alert.bad ? "alert alert-bad" : "alert"}>
          <Icon name="warning" />
          <span>
            <Link to="/bots/$botId" params={{ botId: alert.botId }}>
              {alert.name}
            </Link>
            : {alert.text}
          </span>
        </li>
      ))}
    </ul>
  );
}
