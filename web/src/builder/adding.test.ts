import { describe, expect, it } from "vitest";
import { added } from "./adding";
import type { Role } from "./blocks";
import { positionOf } from "./document";
import { moveNodes } from "./edit";
import { reversal } from "./fixtures";
import { layout } from "./layout";

const ROLES: Record<string, Role> = {
  trigger: "trigger",
  rsi_below: "condition",
  no_open_position: "condition",
  adx_below: "condition",
  and: "logic",
};
const roleOf = (type: string): Role => ROLES[type] ?? "action";
const doc = moveNodes(reversal(), layout(reversal()));
const joined = (made: typeof doc) => made.edges.map((edge) => `${edge.source}>${edge.target}`);
const chosen = (nodes: string[], edges: string[] = []) => ({ nodes: new Set(nodes), edges: new Set(edges) });

describe("a block that is added by its name", () => {
  it("goes into the path, if it is a condition, and what is behind makes room", () => {
    const [made, id] = added(doc, "adx_below", chosen(["flat"]), roleOf);
    expect(joined(made)).toEqual(expect.arrayContaining([`flat>${id}`, `${id}>buy`]));
    expect(joined(made)).not.toContain("flat>buy");
    const x = (name: string) => {
      const node = made.nodes.find((one) => one.id === name);
      return (node && positionOf(node)?.x) ?? 0;
    };
    expect(x("flat")).toBeLessThan(x(id));
    expect(x(id)).toBeLessThan(x("buy"));
    expect(x("buy")).toBeLessThan(x("stop"));
  });

  it("goes on the connection that is chosen", () => {
    const [made, id] = added(doc, "adx_below", chosen([], ['["start","low"]']), roleOf);
    expect(joined(made)).toEqual(expect.arrayContaining([`start>${id}`, `${id}>low`]));
  });

  it("goes behind an action, and behind what leads to several", () => {
    const [made, id] = added(doc, "set_tpsl", chosen(["buy"]), roleOf);
    expect(joined(made)).toEqual(expect.arrayContaining([`buy>${id}`, "buy>stop", "buy>take"]));
    const [other, second] = added(doc, "close_position", chosen(["low"]), roleOf);
    expect(joined(other)).toEqual(expect.arrayContaining([`low>${second}`, "low>flat"]));
  });

  it("stands by itself with nothing chosen", () => {
    const [made, id] = added(doc, "and", chosen([]), roleOf);
    expect(made.edges).toEqual(doc.edges);
    expect(made.nodes.at(-1)?.id).toBe(id);
  });
});
