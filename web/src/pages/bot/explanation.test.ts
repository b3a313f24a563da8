import { describe, expect, it } from "vitest";
import { blockers, type Explanation, type Guard, verdictOf } from "./explanation";

const test = (left: string, verdict: "passed" | "failed" | "unknown"): Guard => ({
  kind: "test",
  left,
  op: ">",
  right: "0",
  left_value: 1,
  right_value: 0,
  left_before: null,
  right_before: null,
  verdict,
});

describe("what stood in the way", () => {
  it("is the first of what had to hold altogether", () => {
    const second = test("b", "failed");
    const guard: Guard = { kind: "all", verdict: "failed", parts: [test("a", "passed"), second, test("c", "failed")] };
    expect([...blockers(guard)]).toEqual([second]);
  });
  it("is in each of the alternatives", () => {
    const one = test("b", "failed");
    const two = test("c", "unknown");
    const guard: Guard = {
      kind: "any",
      verdict: "failed",
      parts: [{ kind: "all", verdict: "failed", parts: [test("a", "passed"), one] }, two],
    };
    expect([...blockers(guard)]).toEqual([one, two]);
  });
  it("is nothing when it passed, whatever the parts say", () => {
    expect(blockers({ kind: "any", verdict: "passed", parts: [test("a", "failed"), test("b", "passed")] }).size).toBe(
      0,
    );
  });
});

describe("the verdict", () => {
  const base: Explanation = { ts: 0, close_ts: 1, interval: "1h", rules: [], orders: [], refusals: [] };
  const rule = {
    node: "n",
    action: "open long",
    symbol: "BTC",
    verdict: "passed",
    guard: test("a", "passed"),
  } as const;
  it("says that it traded, wanted to, or did nothing", () => {
    expect(verdictOf({ ...base, rules: [rule], orders: [{ symbol: "BTC" }] }, "BTC").text).toBe(
      "It traded: open long.",
    );
    expect(
      verdictOf({ ...base, rules: [rule], refusals: [{ symbol: "BTC", reason: "cooldown_after_stop" }] }, "BTC").text,
    ).toBe("It wanted to open long; not admitted: cooldown after stop.");
    expect(verdictOf({ ...base, rules: [rule] }, "ETH").text).toBe("It did nothing: no rule held.");
  });
});
