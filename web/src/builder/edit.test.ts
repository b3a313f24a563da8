import { describe, expect, it } from "vitest";
import { before, behind, rejection } from "./connect";
import {
  addNode,
  connect,
  dissolve,
  edgeKey,
  freshId,
  insertOn,
  removeEdges,
  removeNodes,
  renameNode,
  renameParam,
  setParam,
  setRisk,
  setScope,
  setWaivers,
  valueAt,
  withValueAt,
} from "./edit";
import { reversal } from "./fixtures";

const joined = (doc: ReturnType<typeof reversal>) => doc.edges.map((edge) => `${edge.source}>${edge.target}`);

describe("editing", () => {
  it("gives a node an id that nothing has", () => {
    const [once, first] = addNode(reversal(), "rsi_below", { x: 0, y: 0 });
    const [, second] = addNode(once, "rsi_below", { x: 0, y: 0 });
    expect([first, second]).toEqual(["rsi_below", "rsi_below_2"]);
    expect(freshId("low", new Set(["low", "low_2"]))).toBe("low_3");
    expect(freshId("low_2", new Set(["low", "low_2"]))).toBe("low_3");
  });

  it("removes nodes with their edges", () => {
    const doc = removeNodes(reversal(), new Set(["buy"]));
    expect(joined(doc)).toEqual(["start>low", "low>flat"]);
  });

  it("dissolves a node into what led to it and what was behind it", () => {
    expect(joined(dissolve(reversal(), "flat"))).toContain("low>buy");
  });

  it("puts a node on an edge", () => {
    const [doc, id] = addNode(reversal(), "always_true", { x: 0, y: 0 });
    const made = insertOn(doc, { source: "low", target: "flat" }, id);
    expect(joined(made)).toEqual(expect.arrayContaining(["low>always_true", "always_true>flat"]));
    expect(joined(made)).not.toContain("low>flat");
  });

  it("joins only what may be joined", () => {
    const doc = reversal();
    expect(rejection(doc, "low", "low")).toContain("itself");
    expect(rejection(doc, "low", "start")).toContain("trigger");
    expect(rejection(doc, "buy", "low")).toContain("never back");
    expect(rejection(doc, "start", "low")).toContain("already");
    expect(rejection(doc, "low", "nobody")).toContain("exist");
    expect(connect(doc, "buy", "low")).toBe(doc);
    expect(joined(connect(doc, "start", "flat"))).toContain("start>flat");
  });

  it("knows what is before and behind a node", () => {
    expect([...behind(reversal(), "buy")].sort()).toEqual(["buy", "stop", "take"]);
    expect([...before(reversal(), "flat")].sort()).toEqual(["flat", "low", "start"]);
  });

  it("renames a node with its edges and with the logic that names it", () => {
    const doc = reversal();
    doc.nodes.push({ id: "both", type: "and", params: { children: ["low", { type: "always_true" }] } });
    const made = renameNode(doc, "low", "dip");
    expect(made && joined(made)).toEqual(expect.arrayContaining(["start>dip", "dip>flat"]));
    expect(made?.nodes.at(-1)?.params?.children).toEqual(["dip", { type: "always_true" }]);
    expect(renameNode(doc, "low", "flat")).toBeNull();
    expect(renameNode(doc, "low", " ")).toBeNull();
  });

  it("takes a parameter out, and the params with the last of them", () => {
    const doc = setParam(reversal(), "stop", "stop_loss_pct", undefined);
    expect(doc.nodes[4]).toEqual({ id: "stop", type: "set_stop_loss" });
    const renamed = renameParam(reversal(), "low", "value", "level");
    expect(renamed.nodes[1]?.params).toEqual({ period: 14, level: 30 });
  });

  it("removes edges by their ends", () => {
    const doc = removeEdges(reversal(), new Set([edgeKey({ source: "low", target: "flat" })]));
    expect(joined(doc)).not.toContain("low>flat");
    expect(doc.edges).toHaveLength(4);
  });

  it("has symbols or a universe, never both", () => {
    const every = setScope(reversal(), { universe: "all" });
    expect(every.scope).toEqual({ venue: "hyperliquid", interval: "1h", universe: "all" });
    expect(setScope(every, { symbols: ["ETH"] }).scope).toEqual({
      venue: "hyperliquid",
      interval: "1h",
      symbols: ["ETH"],
    });
  });

  it("leaves risk and waivers out when nothing is said of them", () => {
    expect(setRisk(reversal(), "max_leverage", undefined).risk).toEqual({});
    const waived = setWaivers(reversal(), [{ rule: "entry_without_stop", reason: "hedged elsewhere" }]);
    expect(waived.waivers).toHaveLength(1);
    expect("waivers" in setWaivers(waived, [])).toBe(false);
  });

  it("reads and writes inside a value", () => {
    const size = { mode: "qty", value: 1 };
    expect(valueAt({ size }, ["size", "value"])).toBe(1);
    expect(withValueAt(size, ["value"], 2)).toEqual({ mode: "qty", value: 2 });
    expect(withValueAt([{ a: 1 }, 5], ["0", "a"], 2)).toEqual([{ a: 2 }, 5]);
    expect(withValueAt(undefined, [], 7)).toBe(7);
  });
});
