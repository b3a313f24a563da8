import { describe, expect, it } from "vitest";
import { align } from "./align";
import type { StrategyDoc } from "./document";
import { moveNodes } from "./edit";
import { reversal } from "./fixtures";
import { firstView } from "./view";
import { GRID, NODE, layout, missing } from "./layout";

function overlaps(made: Map<string, { x: number; y: number }>): boolean {
  const all = [...made.values()];
  return all.some((a, first) =>
    all.some((b, second) => first < second && Math.abs(a.x - b.x) < NODE.width && Math.abs(a.y - b.y) < NODE.height),
  );
}

function large(): StrategyDoc {
  const doc = reversal();
  doc.nodes = [{ id: "n0", type: "trigger" }];
  doc.edges = [];
  for (let number = 1; number < 100; number += 1) {
    doc.nodes.push({ id: `n${number}`, type: "always_true" });
    doc.edges.push({ source: `n${Math.floor((number * 7) % number)}`, target: `n${number}` });
    if (number > 10) doc.edges.push({ source: `n${number - 7}`, target: `n${number}` });
  }
  return doc;
}

describe("layout", () => {
  it("runs from left to right: every edge leads to a column behind", () => {
    const doc = reversal();
    const made = layout(doc);
    for (const { source, target } of doc.edges) {
      expect(made.get(target)?.x ?? 0).toBeGreaterThanOrEqual((made.get(source)?.x ?? 0) + NODE.width);
    }
    expect(overlaps(made)).toBe(false);
  });

  it("puts a node between the two that it leads to", () => {
    const made = layout(reversal());
    const [buy, stop, take] = ["buy", "stop", "take"].map((id) => made.get(id)?.y ?? 0);
    expect(Math.abs((buy ?? 0) - ((stop ?? 0) + (take ?? 0)) / 2)).toBeLessThanOrEqual(GRID);
  });

  it("keeps a path straight", () => {
    const made = layout(reversal());
    expect(new Set(["start", "low", "flat", "buy"].map((id) => made.get(id)?.y)).size).toBe(1);
  });

  it("stands on the grid, without overlaps, for a hundred nodes", () => {
    const made = layout(large());
    expect(made.size).toBe(100);
    expect(overlaps(made)).toBe(false);
    for (const at of made.values()) expect([at.x % GRID, at.y % GRID]).toEqual([0, 0]);
  });

  it("places the nodes of a cycle, and edges to nobody", () => {
    const doc = reversal();
    doc.edges.push({ source: "take", target: "low" }, { source: "ghost", target: "low" });
    expect(layout(doc).size).toBe(6);
  });

  it("places only what has no place", () => {
    const doc = reversal();
    expect(missing(doc)?.size).toBe(6);
    const at = new Map(doc.nodes.slice(1).map((node) => [node.id, { x: 0, y: 0 }]));
    expect([...(missing(moveNodes(doc, at))?.keys() ?? [])]).toEqual(["start"]);
    expect(missing(moveNodes(doc, layout(doc)))).toBeNull();
  });
});

describe("the first view", () => {
  const screen = { width: 800, height: 400 };
  const box = (x: number, width: number) => ({ x, y: 0, width, height: 100 });

  it("shows all in the middle where that can be read", () => {
    expect(firstView([box(100, 200)], screen)).toEqual({ x: 200, y: 150, zoom: 1 });
    expect(firstView([box(0, 1000)], screen).zoom).toBeCloseTo(0.736);
  });

  it("shows where a long graph begins", () => {
    expect(firstView([box(0, 4000)], screen)).toMatchObject({ x: 32, zoom: 0.62 });
    expect(firstView([], screen).zoom).toBe(1);
  });
});

describe("align", () => {
  const boxes = [
    { id: "a", x: 0, y: 0, width: 100, height: 40 },
    { id: "b", x: 50, y: 100, width: 200, height: 40 },
    { id: "c", x: 400, y: 300, width: 100, height: 60 },
  ];

  it("lines up sides and middles", () => {
    expect(align(boxes, "left").get("c")).toEqual({ x: 0, y: 300 });
    expect(align(boxes, "right").get("a")).toEqual({ x: 400, y: 0 });
    expect(align(boxes, "bottom").get("b")).toEqual({ x: 50, y: 320 });
    expect(align(boxes, "centre").get("b")).toEqual({ x: 150, y: 100 });
  });

  it("spreads at equal gaps between the outermost", () => {
    const made = align(boxes, "across");
    expect(made.get("a")?.x).toBe(0);
    expect(made.get("c")?.x).toBe(400);
    expect(made.get("b")?.x).toBe(150);
    expect(align(boxes.slice(0, 2), "across").size).toBe(0);
    expect(align(boxes.slice(0, 1), "left").size).toBe(0);
  });
});
