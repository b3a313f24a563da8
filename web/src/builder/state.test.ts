import { describe, expect, it } from "vitest";
import { byName } from "./blocks";
import type { Store } from "./drafts";
import { draftOf, keepDraft, keepLayout, withLayout } from "./drafts";
import { fingerprint, positionOf } from "./document";
import { moveNodes, setParam } from "./edit";
import { BLOCKS, reversal } from "./fixtures";
import type { Sight } from "./flow";
import { FOOT, FlowCache, flowEdges } from "./flow";
import { commandOf } from "./keys";
import { layout, NODE } from "./layout";
import { place } from "./problems";
import type { Action } from "./state";
import { copied, docOf, opened, reduce, unsaved } from "./state";
import { free, step } from "./walk";

const nothing = new Set<string>();

function run(...actions: Action[]) {
  return actions.reduce(reduce, opened(reversal(), null));
}

describe("the builder's state", () => {
  it("chooses what was pasted, and nothing that is gone", () => {
    const pasted = run({ do: "choose", nodes: ["buy", "stop"] }, { do: "duplicate" });
    expect([...pasted.nodes]).toEqual(["buy_2", "stop_2"]);
    const undone = reduce(pasted, { do: "undo" });
    expect(undone.nodes.size).toBe(0);
    expect(docOf(undone).nodes).toHaveLength(6);
    expect(docOf(reduce(undone, { do: "redo" })).nodes).toHaveLength(8);
  });

  it("adds to what is chosen and takes from it", () => {
    const state = run({ do: "choose", nodes: ["low"] }, { do: "pick", nodes: [["buy", true]] });
    expect([...state.nodes]).toEqual(["low", "buy"]);
    expect([...reduce(state, { do: "pick", nodes: [["low", false]] }).nodes]).toEqual(["buy"]);
  });

  it("removes what is chosen, nodes and edges", () => {
    const state = run({ do: "choose", nodes: ["take"], edges: ['["start","low"]'] }, { do: "remove" });
    expect(docOf(state).nodes.map((node) => node.id)).not.toContain("take");
    expect(docOf(state).edges).toHaveLength(3);
    expect(docOf(reduce(state, { do: "undo" }))).toEqual(reversal());
  });

  it("takes a node out of its path", () => {
    const state = run({ do: "choose", nodes: ["low", "flat"] }, { do: "dissolve" });
    expect(docOf(state).edges[0]).toEqual({ source: "buy", target: "stop" });
    expect(docOf(state).edges.at(-1)).toEqual({ source: "start", target: "buy" });
  });

  it("keeps the choice on a node that is renamed", () => {
    expect([...run({ do: "rename", from: "low", to: "dip" }).nodes]).toEqual(["dip"]);
    expect(docOf(run({ do: "rename", from: "low", to: "buy" }))).toEqual(reversal());
  });

  it("knows whether the server has it, wherever nodes stand", () => {
    const saved = { botId: "b", name: "mine", version: 1, print: fingerprint(reversal()) };
    const state = opened(reversal(), saved);
    expect(unsaved(state)).toBe(false);
    expect(unsaved(reduce(state, { do: "move", to: new Map([["low", { x: 5, y: 5 }]]) }))).toBe(false);
    const edited = reduce(state, { do: "edit", change: (doc) => setParam(doc, "low", "value", 20) });
    expect(unsaved(edited)).toBe(true);
    expect(unsaved(reduce(edited, { do: "undo" }))).toBe(false);
    expect(copied(reduce(edited, { do: "choose", nodes: ["low"] })).nodes[0]?.params?.value).toBe(20);
  });
});

describe("keys", () => {
  const press = (key: string, more = {}, typing = false) =>
    commandOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more }, typing);

  it("mean what the list says", () => {
    expect(press("z", { ctrlKey: true })).toBe("undo");
    expect(press("Z", { metaKey: true, shiftKey: true })).toBe("redo");
    expect(press("Delete")).toBe("remove");
    expect(press("Delete", { shiftKey: true })).toBe("dissolve");
    expect(press("ArrowLeft", { shiftKey: true })).toBe("nudge-left");
    expect(press("?", { shiftKey: true })).toBe("keys");
    expect(press("x")).toBeNull();
  });

  it("leave a text field alone, but for saving", () => {
    expect(press("z", { ctrlKey: true }, true)).toBeNull();
    expect(press("Delete", {}, true)).toBeNull();
    expect(press("s", { ctrlKey: true }, true)).toBe("save");
    expect(press("z", { ctrlKey: true, altKey: true })).toBeNull();
  });
});

describe("walking", () => {
  const doc = moveNodes(reversal(), layout(reversal()));

  it("goes along edges and among neighbours", () => {
    expect(step(doc, null, "right")).toBe("start");
    expect(step(doc, "start", "right")).toBe("low");
    expect(step(doc, "buy", "left")).toBe("flat");
    expect(step(doc, "stop", "down")).toBe("take");
    expect(step(doc, "take", "up")).toBe("stop");
    expect(step(doc, "start", "left")).toBeNull();
  });

  it("finds a free place behind a node, where nothing stands", () => {
    const at = free(doc, "buy", NODE);
    const stop = doc.nodes.find((node) => node.id === "stop");
    expect(at.x).toBe(stop && positionOf(stop)?.x);
    const far = doc.nodes.map((node) => positionOf(node)).filter((one) => one !== null);
    expect(far.some((one) => Math.abs(one.x - at.x) < NODE.width && Math.abs(one.y - at.y) < NODE.height)).toBe(false);
    expect(free({ ...doc, nodes: [] }, null, NODE).x).toBe(0);
  });
});

describe("the canvas", () => {
  const sight: Sight = {
    blocks: byName(BLOCKS),
    sentences: { low: "RSI(14) is below 30" },
    problems: [],
    nodes: nothing,
    edges: nothing,
    dragged: new Map(),
  };

  it("gives the same object for a node that looks as it did", () => {
    const cache = new FlowCache();
    const doc = reversal();
    const before = cache.nodes(doc, sight);
    const after = cache.nodes(setParam(doc, "stop", "stop_loss_pct", 3), { ...sight, nodes: new Set(["low"]) });
    const same = after.map((node, number) => node === before[number]);
    expect(same).toEqual([true, false, true, true, false, true]);
    expect(after[1]).toMatchObject({ selected: true, data: { line: "RSI(14) is below 30" } });
  });

  it("makes room for a problem, and says it aloud", () => {
    const problem = { code: "x", where: "nodes.low", seen: "", rule: "a rule", suggestion: "", severity: "error" };
    const doc = reversal();
    const [, low] = new FlowCache().nodes(doc, { ...sight, problems: place(doc, [problem]) });
    expect(low?.height).toBe(NODE.height + FOOT);
    expect(low?.ariaLabel).toContain("error: a rule");
    const wrong = place(doc, [{ ...problem, where: "edges[0]" }]);
    expect(flowEdges(doc, { ...sight, problems: wrong })[0]?.className).toBe("flow-edge-wrong");
  });
});

describe("what the browser remembers", () => {
  function memory(): Store & { data: Map<string, string> } {
    const data = new Map<string, string>();
    return {
      data,
      getItem: (key) => data.get(key) ?? null,
      setItem: (key, value) => void data.set(key, value),
      removeItem: (key) => void data.delete(key),
    };
  }

  it("gives a draft back to its user", () => {
    const store = memory();
    keepDraft(store, "ann", null, { doc: reversal(), version: 0 });
    expect(draftOf(store, "ann", null)).toEqual({ doc: reversal(), version: 0 });
    expect(draftOf(store, "bob", null)).toBeNull();
    keepDraft(store, "ann", null, null);
    expect(draftOf(store, "ann", null)).toBeNull();
  });

  it("puts nodes back where they stood", () => {
    const store = memory();
    const placed = moveNodes(reversal(), layout(reversal()));
    keepLayout(store, "bot", placed);
    expect(withLayout(store, "bot", reversal())).toEqual(placed);
    expect(withLayout(store, "other", reversal())).toEqual(reversal());
  });

  it("bears broken and missing storage", () => {
    const store = memory();
    store.data.set("paddock.draft.ann.new", "{");
    store.data.set("paddock.layout.bot", '[["low", "x"], 5]');
    expect(draftOf(store, "ann", null)).toBeNull();
    expect(withLayout(store, "bot", reversal())).toEqual(reversal());
    const full = {
      ...store,
      setItem: () => {
        throw new Error("full");
      },
    };
    expect(() => keepDraft(full, "ann", null, { doc: reversal(), version: 0 })).not.toThrow();
  });
});
