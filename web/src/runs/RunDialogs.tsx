import { useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Run } from "@/api/types";
import { Confirm, toasts } from "@/design";
import { DeployDialog } from "./DeployDialog";
import { StopDialog } from "./StopDialog";
import type { Ask } from "./words";

export interface Asking {
  ask: Ask;
  botId: string;
  name: string;
  run: Run | null;
  /** The account's name. */
  account: string;
}

/** The confirmation of what was asked: it names the thing, the size and the account. */
export function RunDialogs({ asking, onClose }: { asking: Asking | null; onClose: () => void }) {
  const cache = useQueryClient();
  if (!asking) return null;
  const { ask, run, name, account } = asking;
  if (ask === "deploy") return <DeployDialog botId={asking.botId} name={name} onClose={onClose} />;
  if (!run) return null;
  if (ask === "stop") return <StopDialog run={run} name={name} account={account} onClose={onClose} />;
  const path = { run_id: run.run_id };
  const done = async (said: string, bad = false) => {
    await cache.invalidateQueries();
    toasts.say(said, bad ? "bad" : "good");
  };
  if (ask === "pause") {
    const act = async () => {
      await api.post("/api/v1/runs/{run_id}/pause", { path });
      await done(`${name} makes no more entries.`);
    };
    return (
      <Confirm title={`Pause “${name}”?`} doing="Pause entries" act={act} onClose={onClose}>
        <p>
          It opens nothing more on <strong>{account}</strong> until you resume. Exits, stops and timeouts go on.
        </p>
      </Confirm>
    );
  }
  if (ask === "resume") {
    const act = async () => {
      await api.post("/api/v1/runs/{run_id}/resume", { path });
      await done(`${name} may enter again.`);
    };
    return (
      <Confirm title={`Resume “${name}”?`} doing="Resume entries" act={act} onClose={onClose}>
        <p>
          From the next bar it may open positions on <strong>{account}</strong> again.
        </p>
      </Confirm>
    );
  }
  const act = async () => {
    const body = {
      scope: "run",
      id: run.run_id,
      action: "stop",
      reason: "by hand, in the browser",
      foreign: false,
    } as const;
    await api.post("/api/v1/kills", { body });
    await done(`The kill switch of ${name} is pulled.`, true);
  };
  return (
    <Confirm title={`Kill “${name}”?`} doing="Kill this run" danger act={act} onClose={onClose}>
      <p>
        Before anything else: its orders on <strong>{account}</strong> are cancelled, its positions closed at market,
        and the run ends for good.
      </p>
    </Confirm>
  );
}
