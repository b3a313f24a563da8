import { describe, expect, it } from "vitest";
import { SseReader } from "./sse";
import { distinct, keysOf } from "./stale";
import { waitAfter } from "./stream";

describe("server-sent events", () => {
  const text = 'retry: 2000\n\n: ping\n\nid: 7\nevent: fill.booked\ndata: {"a":1}\n\nid: 8\ndata: x\ndata: y\n\n';

  it("are found wherever the text is cut", () => {
    const whole = new SseReader().read(text);
    expect(whole).toEqual([
      { id: "7", event: "fill.booked", data: '{"a":1}' },
      { id: "8", event: "message", data: "x\ny" },
    ]);
    for (let cut = 0; cut <= text.length; cut++) {
      const reader = new SseReader();
      expect([...reader.read(text.slice(0, cut)), ...reader.read(text.slice(cut))]).toEqual(whole);
    }
  });
});

describe("an event", () => {
  it("makes stale what is of its run", () => {
    expect(keysOf({ stream: "run:r1", kind: "fill.booked" })).toEqual([["run", "r1"], ["fleet"]]);
    expect(keysOf({ stream: "run:r1", kind: "run.paused" })).toContainEqual(["runs"]);
    expect(keysOf({ stream: "platform", kind: "kill.engaged" })).toContainEqual(["kills"]);
  });
  it("counts once, and not beside a shorter key", () => {
    expect(distinct([["run", "r1"], ["run", "r1"], ["run", "r1", "orders"], ["fleet"]])).toEqual([
      ["run", "r1"],
      ["fleet"],
    ]);
  });
});

it("waits longer after each failure, up to a limit", () => {
  expect([1, 2, 3, 4, 5, 9].map(waitAfter)).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
});
