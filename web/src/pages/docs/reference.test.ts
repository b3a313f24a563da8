import { describe, expect, it } from "vitest";
import { defaultText, type Param, takes } from "./reference";

const param = (schema: object, over: Partial<Param> = {}): Param => ({
  name: "n",
  label: "n",
  default: null,
  unit: "",
  help: "",
  schema: schema as Param["schema"],
  choices: null,
  chooses: null,
  ...over,
});

describe("takes", () => {
  it("says bounds and units", () => {
    expect(takes(param({ type: "integer", minimum: 2, maximum: 10000 }, { unit: "bars" }))).toBe(
      "a whole number from 2 to 10000, bars",
    );
    expect(takes(param({ type: "number", exclusiveMinimum: 0, maximum: 100 }))).toBe("a number above 0 to 100");
    expect(takes(param({ type: "number", minimum: -1e300, maximum: 1e300 }))).toBe("a number");
  });

  it("prefers the words to show over all spellings", () => {
    expect(takes(param({ enum: ["a", "A", "b"] }, { choices: ["a", "b"] }))).toBe("one of a, b");
    expect(takes(param({ type: "string" }, { chooses: "symbol" }))).toBe("a symbol");
  });

  it("names alternatives once", () => {
    expect(takes(param({ oneOf: [{ type: "null" }, { type: "integer", minimum: 1 }, { type: "null" }] }))).toBe(
      "nothing, or a whole number from 1",
    );
  });
});

describe("defaultText", () => {
  it("shows any value", () => {
    expect([14, "above", true, null, ["mon"]].map(defaultText)).toEqual(["14", "above", "true", "–", '["mon"]']);
  });
});
