import { describe, expect, it } from "vitest";
import { reversal } from "./fixtures";
import { mends } from "./mends";
import type { Problem } from "./problems";
import { brief, counted, errors, onNode, onParam, place } from "./problems";

function problem(where: string, more: Partial<Problem> = {}): Problem {
  return { code: "x", where, seen: "", rule: "a rule", suggestion: "", severity: "error", ...more };
}

describe("a problem", () => {
  it("stands where its path says", () => {
    const doc = reversal();
    doc.nodes.push({ id: "low.er", type: "rsi_below" });
    const at = (where: string) => place(doc, [problem(where)])[0];
    expect(at("nodes.low.params.period")).toMatchObject({ node: "low", param: "period" });
    expect(at("nodes.low.er.params.period")).toMatchObject({ node: "low.er", param: "period" });
    expect(at("nodes.buy.params.size.value")).toMatchObject({ node: "buy", param: "size", inside: ["value"] });
    expect(at("nodes.low.type")).toMatchObject({ node: "low", param: null, key: "type" });
    expect(at("nodes.low")).toMatchObject({ node: "low", param: null });
    expect(at("nodes[2].id")).toMatchObject({ node: "flat" });
    expect(at("edges[1]")).toMatchObject({ part: "edge", edge: 1 });
    expect(at("scope.symbols[0]")).toMatchObject({ part: "scope", param: "symbols" });
    expect(at("risk.max_leverage")).toMatchObject({ part: "risk", param: "max_leverage" });
    expect(at("nodes")).toMatchObject({ part: "document" });
  });

  it("is counted and found, errors first", () => {
    const placed = place(reversal(), [
      problem("nodes.low", { severity: "warning" }),
      problem("nodes.low.params.value"),
      problem("nodes.buy"),
    ]);
    expect(placed.map((one) => one.severity)).toEqual(["error", "error", "warning"]);
    expect(onNode(placed, "low")).toHaveLength(2);
    expect(onParam(placed, "low", "value")).toHaveLength(1);
    expect(errors(placed)).toBe(2);
    expect(counted(placed)).toBe("2 errors, 1 warning");
    expect(counted([])).toBe("");
  });
});

describe("a problem in few words", () => {
  const said = (found: Problem) => place(reversal(), [found]).map(brief)[0];

  it("fits on its node", () => {
    expect(said(problem("nodes.buy", { code: "entry_without_stop" }))).toBe("No stop");
    expect(said(problem("nodes.low.params.period", { code: "parameter.value", seen: "0" }))).toBe("period: 0");
    expect(said(problem("nodes.low", { code: "unheard" }))).toBe("a rule");
  });
});

describe("a mend", () => {
  function mended(found: Problem, choice = 0, doc = reversal()) {
    const [placed] = place(doc, [found]);
    const mend = placed && mends(placed, doc)[choice];
    return { label: mend?.label, doc: mend?.apply(doc) ?? doc };
  }

  it("sets a value to the nearest that is allowed", () => {
    const { label, doc } = mended(problem("nodes.low.params.period", { code: "parameter.value", suggestion: "use 2" }));
    expect(label).toBe("Use 2");
    expect(doc.nodes[1]?.params).toEqual({ period: 2, value: 30 });
  });

  it("sets what is inside a value", () => {
    const { doc } = mended(
      problem("nodes.buy.params.size.mode", { code: "parameter.value", suggestion: 'did you mean "equity_pct"?' }),
    );
    expect(doc.nodes[3]?.params?.size).toEqual({ mode: "equity_pct", value: 1000 });
  });

  it("renames what was misspelt", () => {
    const unknown = { code: "parameter.unknown", suggestion: 'did you mean "value"?' };
    const wrong = reversal();
    wrong.nodes[1] = { id: "low", type: "rsi_below", params: { valeu: 30 } };
    expect(mended(problem("nodes.low.params.valeu", unknown), 0, wrong).doc.nodes[1]?.params).toEqual({ value: 30 });
    const type = { code: "node.type", suggestion: 'did you mean "rsi_above"?' };
    expect(mended(problem("nodes.low.type", type)).doc.nodes[1]?.type).toBe("rsi_above");
  });

  it("gives an entry its stop", () => {
    const bare = reversal();
    bare.nodes = bare.nodes.filter((node) => node.id !== "stop");
    bare.edges = bare.edges.filter((edge) => edge.target !== "stop");
    const { doc } = mended(
      problem("nodes.buy", {
        code: "entry_without_stop",
        suggestion: "connect a set_stop_loss behind buy, or waive entry_without_stop with a reason",
      }),
      0,
      bare,
    );
    expect(doc.edges.at(-1)).toEqual({ source: "buy", target: "set_stop_loss" });
    const direct = mended(
      problem("nodes.buy", {
        code: "entry_without_stop",
        suggestion: "connect take directly behind buy: conditions belong before the entry",
      }),
    );
    expect(direct.label).toBe("Connect behind buy");
  });

  it("connects or removes what nothing leads to", () => {
    const lost = reversal();
    lost.edges = lost.edges.filter((edge) => edge.target !== "low");
    const found = problem("nodes.low", { code: "graph.unreachable" });
    expect(mended(found, 0, lost).doc.edges.at(-1)).toEqual({ source: "start", target: "low" });
    expect(mended(found, 1, lost).doc.nodes.map((node) => node.id)).not.toContain("low");
  });

  it("adds the trigger that is missing before whatever nothing leads to", () => {
    const lost = reversal();
    lost.nodes = lost.nodes.slice(1);
    lost.edges = lost.edges.slice(1);
    const { doc } = mended(problem("nodes", { code: "graph.trigger" }), 0, lost);
    expect(doc.nodes.at(-1)).toMatchObject({ id: "start", type: "trigger" });
    expect(doc.edges.at(-1)).toEqual({ source: "start", target: "low" });
  });

  it("lowers the leverage or raises what is allowed", () => {
    const found = problem("nodes.buy.params.leverage", {
      code: "risk.leverage",
      seen: "5",
      suggestion: "use 3, or raise risk.max_leverage",
    });
    expect(mended(found, 0).doc.nodes[3]?.params?.leverage).toBe(3);
    expect(mended(found, 1).doc.risk).toEqual({ max_leverage: 5 });
  });

  it("mends scope, edges, waivers and keys", () => {
    const scope = problem("scope.symbols", {
      code: "scope.unknown_symbol",
      seen: "BTC",
      suggestion: 'did you mean "kBTC"?',
    });
    expect(mended(scope).doc.scope.symbols).toEqual(["kBTC"]);
    const outside = problem("nodes.buy", { code: "scope.outside", seen: "ETH", suggestion: "add ETH to the scope" });
    expect(mended(outside, 1).doc.scope.symbols).toEqual(["BTC", "ETH"]);
    expect(mended(problem("edges[1]", { code: "graph.edge" })).doc.edges).toHaveLength(4);
    const interval = problem("nodes.low.params.interval", { code: "scope.interval", suggestion: "use 2h" });
    expect(mended(interval).doc.nodes[1]?.params?.interval).toBe("2h");
    const key = reversal();
    key.nodes[1] = { id: "low", type: "rsi_below", colour: "green" };
    expect(mended(problem("nodes.low.colour", { code: "document.key" }), 0, key).doc.nodes[1]).toEqual({
      id: "low",
      type: "rsi_below",
    });
  });

  it("offers nothing where the words leave a doubt", () => {
    const [placed] = place(reversal(), [
      problem("nodes.low", { code: "path.contradiction", suggestion: "change one" }),
    ]);
    expect(placed && mends(placed, reversal())).toEqual([]);
  });
});
