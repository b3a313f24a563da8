/** What pulling the switch will do, before it is pulled, and the pulling. */
import { api } from "@/api/client";
import type { Account, Kill, Run } from "@/api/types";

/** Runs that a switch ends or pauses. */
export const alive = (runs: readonly Run[]): Run[] => runs.filter((run) => run.state !== "stopped");

export interface Target {
  scope: string;
  id: string;
}

/** The platform's switch for who may pull it, else that of each account. */
export function targets(admin: boolean, accounts: readonly Account[]): Target[] {
  return admin
    ? [{ scope: "platform", id: "" }]
    : accounts.map((account) => ({ scope: "account", id: account.account_id }));
}

/** "run:r1" is the run r1. */
export function targetOf(kill: Kill): Target {
  const [scope = "", id = ""] = kill.scope.split(/:(.*)/s);
  return { scope, id };
}

export async function pull(all: readonly Target[], action: "stop" | "pause", reason: string): Promise<void> {
  await Promise.all(
    all.map((target) => api.post("/api/v1/kills", { body: { ...target, action, reason, foreign: false } })),
  );
}

export async function release(kill: Kill): Promise<void> {
  await api.post("/api/v1/kills/release", { body: targetOf(kill) });
}
