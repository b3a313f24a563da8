/** Which input does a parameter get? Read off its JSON schema alone, so that a new block needs no code here. */

import type { Json } from "./document";
import { isObject } from "./document";

/** A parameter as the server describes it. */
export interface ParamForm {
  name: string;
  label: string;
  default: Json;
  unit: string;
  help: string;
  schema: Record<string, unknown>;
  /** Words to show, without other spellings of them. */
  choices?: string[] | null;
  /** What it chooses among: "symbol" for markets. */
  chooses?: string | null;
}

export interface Bounds {
  low: number | null;
  high: number | null;
  /** `low` itself is not allowed. */
  above: boolean;
  whole: boolean;
}

export type Field =
  | { kind: "number"; bounds: Bounds }
  | { kind: "flag" }
  | { kind: "choice"; words: string[] }
  | { kind: "words"; words: string[] }
  | { kind: "symbol" }
  | { kind: "symbols" }
  | { kind: "time" }
  | { kind: "text"; longest: number | null }
  | { kind: "size"; modes: { mode: string; bounds: Bounds }[] }
  | { kind: "nodes" }
  | { kind: "optional"; inner: Field }
  | { kind: "json" };

/** The input of a parameter; what no input fits is edited as JSON. */
export function fieldOf(form: Pick<ParamForm, "schema" | "choices" | "chooses">): Field {
  if (form.chooses === "symbol") return { kind: "symbol" };
  return read(form.schema, form.choices ?? null);
}

function read(schema: Record<string, unknown>, choices: string[] | null): Field {
  const either = schema.oneOf;
  if (Array.isArray(either)) return readEither(either, choices);
  if (schema.type === "integer" || schema.type === "number") return { kind: "number", bounds: boundsOf(schema) };
  if (schema.type === "boolean") return { kind: "flag" };
  if (schema.type === "string") return readText(schema, choices);
  if (schema.type === "array") return readList(schema, choices);
  return { kind: "json" };
}

function readEither(either: unknown[], choices: string[] | null): Field {
  const parts = either.filter(isObject);
  const given = parts.filter((part) => part.type !== "null");
  const [only] = given;
  if (only && given.length === 1 && parts.length === 2) {
    return { kind: "optional", inner: read(only, choices) };
  }
  const modes = given.map(modeOf);
  if (modes.length > 0 && modes.every((mode) => mode !== null)) return { kind: "size", modes };
  return { kind: "json" };
}

/** One way to say a size: {"mode": that word, "value": a number}. */
function modeOf(schema: Record<string, unknown>): { mode: string; bounds: Bounds } | null {
  const properties = schema.properties;
  if (!isObject(properties) || !isObject(properties.mode) || !isObject(properties.value)) return null;
  const word = properties.mode.const;
  return typeof word === "string" ? { mode: word, bounds: boundsOf(properties.value) } : null;
}

function readText(schema: Record<string, unknown>, choices: string[] | null): Field {
  if (Array.isArray(schema.enum)) return { kind: "choice", words: choices ?? strings(schema.enum) };
  if (typeof schema.pattern === "string" && schema.pattern.includes("24:00")) return { kind: "time" };
  return { kind: "text", longest: typeof schema.maxLength === "number" ? schema.maxLength : null };
}

function readList(schema: Record<string, unknown>, choices: string[] | null): Field {
  const items = isObject(schema.items) ? schema.items : {};
  const words = choices ?? (Array.isArray(items.enum) ? strings(items.enum) : null);
  if (words) return { kind: "words", words };
  if (Array.isArray(items.type) && items.type.includes("object")) return { kind: "nodes" };
  if (items.type === "string") return { kind: "symbols" };
  return { kind: "json" };
}

export function boundsOf(schema: Record<string, unknown>): Bounds {
  const above = typeof schema.exclusiveMinimum === "number";
  const low = above ? schema.exclusiveMinimum : schema.minimum;
  return {
    low: typeof low === "number" ? low : null,
    high: typeof schema.maximum === "number" ? schema.maximum : null,
    above,
    whole: schema.type === "integer",
  };
}

function strings(values: unknown[]): string[] {
  return values.filter((value) => typeof value === "string");
}

const HUGE = 1e11;

/** Bounds as people say them, such as "1 to 5000"; empty where they bound nothing that matters. */
export function said(bounds: Bounds): string {
  const low = bounds.low !== null && bounds.low > -HUGE ? bounds.low : null;
  const high = bounds.high !== null && bounds.high < HUGE ? bounds.high : null;
  if (low === null && high === null) return "";
  if (high === null) return bounds.above ? `above ${plain(low)}` : `${plain(low)} or more`;
  if (low === null) return `up to ${plain(high)}`;
  return bounds.above ? `above ${plain(low)}, up to ${plain(high)}` : `${plain(low)} to ${plain(high)}`;
}

export function plain(value: number | null): string {
  return value === null ? "" : value.toLocaleString("en-US", { maximumFractionDigits: 10, useGrouping: value >= 1e4 });
}

/** A number that somebody typed: what it is, and what is wrong with it before the server is asked. */
export function readNumber(text: string, bounds: Bounds): { value: number | null; wrong: string } {
  const bare = text
    .trim()
    .replace(/[ _,](?=\d{3}\b)/g, "")
    .replace("−", "-");
  if (bare === "" || !/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(bare))
    return { value: null, wrong: "Type a number." };
  const value = Number(bare);
  if (!Number.isFinite(value)) return { value: null, wrong: "Type a number." };
  if (bounds.whole && !Number.isInteger(value)) return { value, wrong: "A whole number." };
  const low = bounds.low !== null && (bounds.above ? value <= bounds.low : value < bounds.low);
  const high = bounds.high !== null && value > bounds.high;
  return { value, wrong: low || high ? `Must be ${said(bounds)}.` : "" };
}

const STEPS = [1, 2, 5];

/** How far an arrow key moves a number: a tenth of its size, as 1, 2 or 5 of something. */
export function stepOf(value: number, bounds: Bounds): number {
  const size = Math.abs(value) / 20;
  const power = 10 ** Math.floor(Math.log10(Math.max(size, 1e-9)));
  const step = (STEPS.find((one) => one * power >= size) ?? 10) * power;
  return bounds.whole ? Math.max(1, Math.round(step)) : Math.min(step, 1_000_000);
}

/** A value moved by steps, inside its bounds, without the dust of binary fractions. */
export function stepped(value: number, steps: number, bounds: Bounds): number {
  const step = stepOf(value === 0 ? 20 : value, bounds);
  const moved = Number((Math.round(value / step + steps) * step).toPrecision(12));
  const low = bounds.low === null ? moved : Math.max(moved, bounds.above ? bounds.low + step : bounds.low);
  return bounds.high === null ? low : Math.min(low, bounds.high);
}

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
