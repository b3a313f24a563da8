/** The catalogue of blocks as a reference: what a parameter takes, in words. */

import type { Model } from "@/api/types";

export type Param = Model<"ParamModel">;

interface Schema {
  type?: string | string[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  enum?: unknown[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  maxItems?: number;
  const?: unknown;
}

/** "a whole number from 2 to 10000, bars". */
export function takes(param: Param): string {
  if (param.choices) return `one of ${param.choices.join(", ")}`;
  if (param.chooses === "symbol") return "a symbol";
  const text = described(param.schema as Schema);
  return param.unit === "" ? text : `${text}, ${param.unit}`;
}

function described(schema: Schema): string {
  const parts = schema.oneOf ?? schema.anyOf;
  if (parts) return [...new Set(parts.map(described).filter((part) => part !== ""))].join(", or ");
  if (schema.const !== undefined) return schema.const === null ? "nothing" : String(schema.const);
  if (schema.enum) return `one of ${schema.enum.map(String).join(", ")}`;
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== "null") : schema.type;
  switch (type) {
    case "integer":
      return `a whole number${bounds(schema)}`;
    case "number":
      return `a number${bounds(schema)}`;
    case "boolean":
      return "yes or no";
    case "string":
      return "text";
    case "array":
      return "a list";
    case "object":
      return "an object";
    case "null":
      return "nothing";
    default:
      return "";
  }
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const low = minimum ?? exclusiveMinimum;
  const high = maximum ?? exclusiveMaximum;
  const far = (value: number) => Math.abs(value) >= 1e9;
  const from = low === undefined || far(low) ? "" : exclusiveMinimum === undefined ? ` from ${low}` : ` above ${low}`;
  const to = high === undefined || far(high) ? "" : exclusiveMaximum === undefined ? ` to ${high}` : ` below ${high}`;
  return from + to;
}

/** The value that stands when nothing is said. */
export function defaultText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value) || typeof value === "object") return JSON.stringify(value);
  return String(value);
}
