import { useSyncExternalStore } from "react";
import { Button } from "./Button";
import { Icon } from "./Icon";
import { toasts } from "./toasts";
import "./Toasts.css";

/** Once in the shell; `toasts.say(…)` fills it. */
export function Toasts() {
  const all = useSyncExternalStore(toasts.watch, toasts.all);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {all.map((said) => (
        <div key={said.id} className={`toast toast-${said.tone}`}>
          <Icon name={said.tone === "bad" ? "warning" : "check"} />
          <span>{said.text}</span>
          {said.action && (
            <Button
              size="sm"
              look="quiet"
              onClick={() => {
                said.action?.run();
                toasts.drop(said.id);
              }}
            >
              {said.action.label}
            </Button>
          )}
          <Button
            size="sm"
            look="quiet"
            aria-label="Dismiss"
            icon={<Icon name="close" />}
            onClick={() => toasts.drop(said.id)}
          />
        </div>
      ))}
    </div>
  );
}
