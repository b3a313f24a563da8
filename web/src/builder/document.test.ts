import { describe, expect, it } from "vitest";
import { emptyDocument, fingerprint, positionOf, readDocument, withoutLayout } from "./document";
import { moveNodes, setParam } from "./edit";
import { reversal } from "./fixtures";

describe("a document", () => {
  it("comes back with everything that the builder does not know", () => {
    const strange = {
      ...reversal(),
      "x-notes": { by: "somebody" },
      nodes: reversal().nodes.map((node) => ({ ...node, colour: "green", position: { x: 1, y: 2, z: 3 } })),
      edges: reversal().edges.map((edge, number) => ({ ...edge, id: `e${number}` })),
    };
    const text = JSON.stringify(strange);
    expect(JSON.stringify(readDocument(text))).toBe(text);
  });

  it("keeps unknown fields of what is edited", () => {
    const strange = readDocument(
      JSON.stringify({ ...reversal(), nodes: reversal().nodes.map((node) => ({ ...node, colour: "green" })) }),
    );
    const edited = setParam(strange, "low", "value", 25);
    expect(edited.nodes[1]).toEqual({
      id: "low",
      type: "rsi_below",
      params: { period: 14, value: 25 },
      colour: "green",
    });
    expect(strange.nodes[1]?.params).toEqual({ period: 14, value: 30 });
  });

  it.each([
    ["[]", "JSON object"],
    ['{"kind": "python"}', "edits graphs"],
    ['{"kind": "graph", "nodes": []}', "nodes and edges"],
    ['{"kind": "graph", "nodes": [], "edges": []}', "scope"],
    ['{"kind": "graph", "nodes": [{"id": 1}], "edges": [], "scope": {}}', "id and a type"],
    ['{"kind": "graph", "nodes": [], "edges": [{}], "scope": {}}', "source and a target"],
  ])("says what %s lacks", (text, message) => {
    expect(() => readDocument(text)).toThrow(message);
  });

  it("means the same wherever its nodes stand and in whatever order they are written", () => {
    const doc = reversal();
    const moved = moveNodes(doc, new Map([["low", { x: 9, y: 9 }]]));
    const turned = { ...moved, nodes: [...moved.nodes].reverse(), edges: [...moved.edges].reverse() };
    expect(fingerprint(turned)).toBe(fingerprint(doc));
    expect(fingerprint(setParam(doc, "low", "value", 31))).not.toBe(fingerprint(doc));
  });

  it("knows where a node stands, if it says so in numbers", () => {
    expect(positionOf({ id: "a", type: "b", position: { x: 3, y: 4 } })).toEqual({ x: 3, y: 4 });
    expect(positionOf({ id: "a", type: "b", position: "left" })).toBeNull();
    expect(withoutLayout(emptyDocument("mine", { venue: "demo", interval: "1h" })).nodes).toEqual([
      { id: "start", type: "trigger" },
    ]);
  });
});
