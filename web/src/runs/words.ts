/** States of runs, orders and health in words and tones; what may be asked of a run in each. */
import type { Reason, Run } from "@/api/types";
import type { Tone } from "@/design";
import { moment } from "@/format";

interface Look {
  tone: Tone;
  label: string;
}

const RUN: Record<string, Look> = {
  draft: { tone: "unknown", label: "Waiting" },
  active: { tone: "good", label: "Running" },
  paused: { tone: "warn", label: "Paused" },
  stopped: { tone: "plain", label: "Stopped" },
  failed: { tone: "bad", label: "Failed" },
  quarantined: { tone: "bad", label: "Quarantined" },
};

const HEALTH: Record<string, Look> = {
  healthy: { tone: "good", label: "Healthy" },
  waiting: { tone: "unknown", label: "Waiting" },
  paused: { tone: "warn", label: "Paused" },
  degraded: { tone: "warn", label: "Degraded" },
  stopped: { tone: "plain", label: "Stopped" },
  failed: { tone: "bad", label: "Failed" },
};

const ORDER: Record<string, Look> = {
  pending: { tone: "unknown", label: "Pending" },
  sent: { tone: "unknown", label: "Sent" },
  unknown: { tone: "unknown", label: "Unknown" },
  open: { tone: "accent", label: "Open" },
  partial: { tone: "accent", label: "Partly filled" },
  filled: { tone: "good", label: "Filled" },
  canceled: { tone: "plain", label: "Cancelled" },
  refused: { tone: "bad", label: "Refused" },
  expired: { tone: "plain", label: "Expired" },
  never_landed: { tone: "plain", label: "Never landed" },
};

/** "stop_loss" is "Stop loss". */
export function words(name: string): string {
  const text = name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Why a run is not well, and since when, where only words fit. */
export const told = (reason: Reason): string =>
  reason.since_ts === null ? reason.text : `${reason.text}, since ${moment(reason.since_ts)}`;

const lookIn = (table: Record<string, Look>, name: string): Look =>
  table[name] ?? { tone: "plain", label: words(name) };

export const healthLook = (condition: string): Look => lookIn(HEALTH, condition);
export const orderLook = (state: string): Look => lookIn(ORDER, state);

/** Where it stands, and where it is on its way to. */
export function runLook(run: Pick<Run, "state" | "wanted" | "asked">): Look {
  if (run.asked && run.state === "active" && run.wanted === "paused") return { tone: "warn", label: "Pausing" };
  if (run.asked && run.state === "paused" && run.wanted === "active") return { tone: "warn", label: "Resuming" };
  if (run.asked && run.wanted === "stopped" && run.state !== "stopped") return { tone: "warn", label: "Stopping" };
  return lookIn(RUN, run.state);
}

export type Ask = "pause" | "resume" | "stop" | "kill" | "deploy";

/** What may be asked of a run now; of none, or one that ended, only a new one. */
export function asksOf(run: Pick<Run, "state" | "wanted"> | null): readonly Ask[] {
  if (!run || run.state === "stopped") return ["deploy"];
  if (run.wanted === "stopped") return ["kill"];
  if (run.state === "failed" || run.state === "quarantined") return ["stop"];
  return run.wanted === "paused" ? ["resume", "stop", "kill"] : ["pause", "stop", "kill"];
}

/** The run that a bot is about: the newest that goes on, else the newest of all. Ids grow with time. */
export function currentRun(runs: readonly Run[]): Run | null {
  const newest = [...runs].sort((a, b) => b.deployed_ts - a.deployed_ts);
  return newest.find((run) => run.state !== "stopped") ?? newest[0] ?? null;
}
