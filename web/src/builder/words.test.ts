import { describe, expect, it } from "vitest";
import { byName, familyLabel, groups, ranked } from "./blocks";
import { BLOCKS, reversal } from "./fixtures";
import { rulesOf } from "./reading";
import { glance, paramLabel, summary } from "./summary";

const names = byName(BLOCKS);

describe("the palette", () => {
  it("groups blocks by family, what paths start from first", () => {
    expect(groups(BLOCKS).map((group) => group.label)).toEqual(["Start and logic", "Oscillators", "Entries"]);
    expect(familyLabel("tides")).toBe("Tides");
  });

  it("finds blocks by title, by other names and by what they are about", () => {
    expect(ranked(BLOCKS, "rsi")[0]?.type).toBe("rsi_below");
    expect(ranked(BLOCKS, "rsi_under")[0]?.type).toBe("rsi_below");
    expect(ranked(BLOCKS, "market open")[0]?.type).toBe("open_long");
    expect(ranked(BLOCKS, "zzz")).toEqual([]);
  });
});

describe("a summary", () => {
  it("names the parameters that say something", () => {
    const [, low, , buy] = reversal().nodes;
    expect(low && summary(low, names.get("rsi_below"))).toBe("14 bars · 30");
    expect(buy && summary(buy, names.get("open_long"))).toBe("$1000 notional · 2x");
    expect(summary({ id: "a", type: "rsi_below", params: { symbol: "ETH" } }, names.get("rsi_below"))).toBe(
      "ETH · 14 bars · 30",
    );
    expect(summary({ id: "a", type: "unheard" }, undefined)).toBe("unheard");
    expect(glance(reversal(), names)).toBe("1 condition, 1 entry");
  });
});

describe("the name of a parameter", () => {
  it("does not repeat its unit", () => {
    expect(paramLabel("stop loss pct", "%")).toBe("Stop loss");
    expect(paramLabel("cooldown seconds", "seconds")).toBe("Cooldown");
    expect(paramLabel("fast period", "bars")).toBe("Fast period");
  });
});

describe("the reading", () => {
  it("knows which node says a line", () => {
    const reading = {
      where: "",
      risk: [],
      rules: [
        [
          "Open a long",
          "position [buy]",
          "protected, from the fill on, by a stop at 2%",
          "when RSI(14) is below 30",
          "and there is no position",
        ],
        ["Close the position [leave]", "when one of these holds:", "  - RSI(14) is below 3"],
      ],
      sentences: {
        low: "RSI(14) is below 30",
        flat: "there is no position",
        buy: "open a long position",
        start: "at the close",
      },
      ruleNodes: ["buy", "leave"],
    };
    const [first, second] = rulesOf(reading, reversal());
    expect(first?.lines.map((line) => line.nodes)).toEqual([["buy"], ["buy"], ["low"], ["flat"]]);
    expect(first?.lines[0]?.text).toBe("Open a long position");
    expect(second?.lines[2]).toMatchObject({ text: "RSI(14) is below 3", indent: true, nodes: [] });
  });
});
