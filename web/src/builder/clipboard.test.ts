import { describe, expect, it } from "vitest";
import { copy, duplicate, paste, readClip } from "./clipboard";
import { reversal } from "./fixtures";

const by = { x: 16, y: 16 };

describe("copy and paste", () => {
  it("pastes nodes under fresh ids with the edges between them", () => {
    const doc = reversal();
    const clip = copy(doc, new Set(["buy", "stop"]));
    const [made, names] = paste(doc, clip, by);
    expect(names).toEqual(["buy_2", "stop_2"]);
    expect(made.edges.at(-1)).toEqual({ source: "buy_2", target: "stop_2" });
    expect(made.edges).toHaveLength(6);
    expect(made.nodes.at(-1)?.params).toEqual({ stop_loss_pct: 2 });
    const [, again] = paste(made, clip, by);
    expect(again).toEqual(["buy_3", "stop_3"]);
  });

  it("pastes into another document as it was", () => {
    const clip = copy(reversal(), new Set(["low", "flat"]));
    const [made, names] = paste({ ...reversal(), nodes: [], edges: [] }, clip, by);
    expect(names).toEqual(["low", "flat"]);
    expect(made.edges).toEqual([{ source: "low", target: "flat" }]);
  });

  it("leads children of copied logic to the copies", () => {
    const doc = reversal();
    doc.nodes.push({ id: "either", type: "or", params: { children: ["low", "flat"] } });
    const [made] = duplicate(doc, new Set(["low", "either"]), by);
    expect(made.nodes.at(-1)?.params?.children).toEqual(["low_2", "flat"]);
  });

  it("pastes no second trigger", () => {
    const [made, names] = duplicate(reversal(), new Set(["start", "low"]), by);
    expect(names).toEqual(["low_2"]);
    expect(made.nodes.filter((node) => node.type === "trigger")).toHaveLength(1);
  });

  it("takes a clip from a text, and nothing else", () => {
    const clip = copy(reversal(), new Set(["low"]));
    expect(readClip(JSON.stringify(clip))).toEqual(clip);
    for (const text of [
      "",
      "hello",
      "{}",
      '{"paddock": "nodes@1"}',
      '{"paddock": "nodes@1", "nodes": [1], "edges": []}',
    ]) {
      expect(readClip(text)).toBeNull();
    }
  });
});
