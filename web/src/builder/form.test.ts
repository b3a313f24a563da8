import { describe, expect, it } from "vitest";
import { BLOCKS } from "./fixtures";
import { fieldOf, readNumber, said, stepped, stepOf } from "./form";

const bounds = { low: 2, high: 5000, above: false, whole: true };

describe("the input of a parameter", () => {
  it("follows from its schema", () => {
    const read = (schema: Record<string, unknown>, choices: string[] | null = null, chooses: string | null = null) =>
      fieldOf({ schema, choices, chooses });
    expect(read({ type: "integer", minimum: 2, maximum: 5000 })).toEqual({ kind: "number", bounds });
    expect(read({ type: "boolean" })).toEqual({ kind: "flag" });
    expect(read({ type: "string", enum: ["long", "short", "buy"] }, ["long", "short"])).toEqual({
      kind: "choice",
      words: ["long", "short"],
    });
    expect(read({ type: "string", maxLength: 69 }, null, "symbol")).toEqual({ kind: "symbol" });
    expect(read({ type: "string", pattern: "^(x|24:00)$" })).toEqual({ kind: "time" });
    expect(read({ type: "string", maxLength: 64 })).toEqual({ kind: "text", longest: 64 });
    expect(read({ type: "array", items: { type: "string", enum: ["mon", "tue"] } })).toEqual({
      kind: "words",
      words: ["mon", "tue"],
    });
    expect(read({ type: "array", items: { type: ["object", "string"] } })).toEqual({ kind: "nodes" });
    expect(read({ type: "array", items: { type: "string", maxLength: 69 } })).toEqual({ kind: "symbols" });
    expect(read({ oneOf: [{ type: "null" }, { type: "integer", minimum: 2, maximum: 5000 }] })).toEqual({
      kind: "optional",
      inner: { kind: "number", bounds },
    });
    expect(read({ type: "somethingnew" })).toEqual({ kind: "json" });
  });

  it("knows the ways to say a size", () => {
    const size = BLOCKS[2]?.params.find((param) => param.name === "size");
    const field = size && fieldOf(size);
    expect(field?.kind === "size" && field.modes.map((mode) => mode.mode)).toEqual(["notional_usd", "equity_pct"]);
  });
});

describe("a number", () => {
  it("is read as people write it", () => {
    const free = { low: null, high: null, above: false, whole: false };
    expect(readNumber("30", bounds)).toEqual({ value: 30, wrong: "" });
    expect(readNumber(" 1,000 ", bounds).value).toBe(1000);
    expect(readNumber("−2.5", free).value).toBe(-2.5);
    expect(readNumber("1e3", bounds).value).toBe(1000);
    for (const text of ["", "abc", "1e999", "0x10", "1.2.3", "NaN", "Infinity"]) {
      expect(readNumber(text, free).value).toBeNull();
    }
  });

  it("says what is wrong with it", () => {
    expect(readNumber("1", bounds).wrong).toBe("Must be 2 to 5000.");
    expect(readNumber("2.5", bounds).wrong).toBe("A whole number.");
    expect(readNumber("0", { low: 0, high: 100, above: true, whole: false }).wrong).toBe("Must be above 0, up to 100.");
    expect(said({ low: -1e12, high: 1e12, above: false, whole: false })).toBe("");
    expect(said({ low: 0, high: 1e12, above: false, whole: false })).toBe("0 or more");
  });

  it("moves by steps that fit its size, inside its bounds", () => {
    expect(stepOf(14, bounds)).toBe(1);
    expect(stepped(14, 1, bounds)).toBe(15);
    expect(stepped(2, -1, bounds)).toBe(2);
    expect(stepped(30, 1, { low: 0, high: 100, above: false, whole: false })).toBe(32);
    expect(stepped(0.3, 1, { low: 0, high: 10, above: true, whole: false })).toBe(0.32);
    expect(stepped(1000, 1, { low: 0, high: 1e9, above: true, whole: false })).toBe(1050);
  });
});
