import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { accountsQuery, botsQuery, killsQuery, runsQuery } from "@/api/queries";
import { Badge, Button, Check, Confirm, Dialog, Empty, SkeletonRows, Time, toasts } from "@/design";
import { plural } from "@/format";
import { alive, pull, release, targets } from "./kill";
import { useMay } from "./session";
import "./KillDialog.css";

/** What is engaged, and the two ways to pull: first which, then a tick and the button that names it. */
export default function KillDialog({ onClose }: { onClose: () => void }) {
  const [way, setWay] = useState<"stop" | "pause" | null>(null);
  const { data: kills } = useQuery(killsQuery);
  const cache = useQueryClient();
  if (way) return <Pull way={way} onClose={onClose} />;
  const letGo = async (scope: number) => {
    const kill = kills?.items[scope];
    if (!kill) return;
    await release(kill);
    await cache.invalidateQueries({ queryKey: ["kills"] });
    toasts.say("Released. What was stopped stays stopped.");
  };
  return (
    <Dialog title="Kill switch" onClose={onClose}>
      <p>It is honoured before anything else, also while the database is away.</p>
      <div className="kill-ways">
        <Button look="danger" onClick={() => setWay("stop")}>
          Flatten and stop everything…
        </Button>
        <Button onClick={() => setWay("pause")}>Stop all entries…</Button>
      </div>
      <h3>Engaged now</h3>
      {!kills && <SkeletonRows rows={2} />}
      {kills?.items.length === 0 && <p className="faint">None.</p>}
      {kills?.items.map((kill, at) => (
        <div key={kill.scope} className="kill-engaged">
          <Badge tone="bad">{kill.scope}</Badge>
          <span>
            {kill.action === "stop" ? "Everything stopped" : "No entries"} since <Time ts={kill.engaged_ts} /> by{" "}
            {kill.by}
            {kill.reason && `: ${kill.reason}`}
          </span>
          <Button size="sm" onClick={() => void letGo(at)}>
            Release
          </Button>
        </div>
      ))}
    </Dialog>
  );
}

function Pull({ way, onClose }: { way: "stop" | "pause"; onClose: () => void }) {
  const [sure, setSure] = useState(false);
  const admin = useMay("admin");
  const cache = useQueryClient();
  const { data: runs } = useQuery(runsQuery);
  const { data: accounts } = useQuery(accountsQuery);
  const { data: bots } = useQuery(botsQuery);
  if (!runs || !accounts || !bots)
    return (
      <Dialog title="Kill switch" onClose={onClose}>
        <SkeletonRows rows={3} />
      </Dialog>
    );
  const hit = alive(runs.items);
  const names = hit.map((run) => bots.items.find((bot) => bot.bot_id === run.bot_id)?.name ?? run.run_id);
  const all = targets(admin, accounts.items);
  const title = way === "stop" ? "Flatten and stop everything?" : "Stop all entries?";
  if (all.length === 0)
    return (
      <Dialog title={title} onClose={onClose}>
        <Empty title="There is nothing to stop">You have no account yet.</Empty>
      </Dialog>
    );
  const act = async () => {
    if (!sure) throw new Error("Tick the box first: it says what will happen.");
    await pull(all, way, "by hand, in the browser");
    await cache.invalidateQueries();
    toasts.say(
      way === "stop"
        ? "The kill switch is pulled: everything is cancelled, closed and stopped."
        : "The kill switch is pulled: there are no more entries.",
      "bad",
    );
  };
  return (
    <Confirm
      title={title}
      doing={way === "stop" ? "Flatten and stop everything" : "Stop all entries"}
      danger
      act={act}
      onClose={onClose}
    >
      <p>
        {way === "stop"
          ? "All orders are cancelled, every position is closed at market, and the runs end for good."
          : "No run opens anything more. Exits, stops and timeouts go on, until you resume."}
        {admin && " This holds for the whole platform, whoever owns the runs."}
      </p>
      <p>
        <strong>{plural(hit.length, "run")}</strong> on{" "}
        <strong>{plural(new Set(hit.map((run) => run.account_id)).size, "account")}</strong>
        {hit.length > 0 &&
          `: ${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}`}
      </p>
      <Check
        label={way === "stop" ? "Yes, close every position at market" : "Yes, no more entries"}
        checked={sure}
        onPick={setSure}
      />
    </Confirm>
  );
}
