import { describe, expect, it } from "vitest";
import type { Run } from "@/api/types";
import { asksOf, currentRun, runLook, told, words } from "./words";

const run = (changed: Partial<Run>): Run =>
  ({ state: "active", wanted: "active", asked: false, deployed_ts: 1, ...changed }) as Run;

describe("a run", () => {
  it("shows where it is on its way to", () => {
    expect(runLook(run({})).label).toBe("Running");
    expect(runLook(run({ wanted: "paused", asked: true })).label).toBe("Pausing");
    expect(runLook(run({ wanted: "stopped", asked: true })).label).toBe("Stopping");
    expect(runLook(run({ state: "stopped", wanted: "stopped" })).label).toBe("Stopped");
  });
  it("can be asked only what makes sense", () => {
    expect(asksOf(null)).toEqual(["deploy"]);
    expect(asksOf(run({}))).toEqual(["pause", "stop", "kill"]);
    expect(asksOf(run({ state: "paused", wanted: "paused" }))).toContain("resume");
    expect(asksOf(run({ state: "failed" }))).toEqual(["stop"]);
    expect(asksOf(run({ wanted: "stopped" }))).toEqual(["kill"]);
  });
  it("of several is the newest that goes on", () => {
    const old = run({ run_id: "a", deployed_ts: 1 });
    const ended = run({ run_id: "b", deployed_ts: 2, state: "stopped" });
    expect(currentRun([ended, old])).toBe(old);
    expect(currentRun([ended])).toBe(ended);
    expect(currentRun([])).toBeNull();
  });
});

it("writes names as words", () => expect(words("stop_loss")).toBe("Stop loss"));

it("tells since when something stands in the way, as people tell time", () => {
  const since_ts = new Date(2026, 0, 2, 14, 2).getTime();
  expect(told({ text: "the feed is silent", since_ts })).toBe("the feed is silent, since 2026-01-02 14:02");
  expect(told({ text: "paused", since_ts: null })).toBe("paused");
});
