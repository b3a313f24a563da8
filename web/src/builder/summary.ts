/** What does a node say in one line? Its sentence where the server gave one, else its parameters. */

import type { Block } from "./blocks";
import type { Json, NodeDoc, StrategyDoc } from "./document";
import { isObject } from "./document";
import { plain, same } from "./form";

const MODES: Record<string, [string, string]> = {
  notional_usd: ["$", " notional"],
  margin_usd: ["$", " margin"],
  equity_pct: ["", " % of equity"],
  risk_pct: ["", " % at risk"],
  position_pct: ["", " % of the position"],
  qty: ["", " units"],
};

/** Parameters that say something, in the block's order: "14 bars · 30". */
export function summary(node: NodeDoc, block: Block | undefined): string {
  if (!block) return node.type;
  const params = node.params ?? {};
  const parts = block.params
    .filter((param) => param.name in params || worthSaying(param.name, param.default))
    .map((param) => worded(param.name in params ? params[param.name] : param.default, param.name, param.unit))
    .filter((part) => part !== "");
  return parts.join(" · ");
}

/** A default that stands in a node's line: numbers that do something; not "*", "scope", zero, off or empty. */
function worthSaying(name: string, value: Json): boolean {
  if (name === "symbol" || name === "interval") return false;
  return !same(value, 0) && value !== false && value !== "" && value !== null && !same(value, []);
}

export function worded(value: Json | undefined, name: string, unit: string): string {
  if (typeof value === "number") return withUnit(value, unit);
  if (typeof value === "string") return value === "*" || value === "scope" ? "" : value;
  if (typeof value === "boolean") return value ? name.replace(/_/g, " ") : "";
  if (isObject(value) && typeof value.mode === "string") return sizeWords(value.mode, value.value);
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === "string") ? value.join(" ") : `${value.length} conditions`;
  }
  return "";
}

function sizeWords(mode: string, value: unknown): string {
  const [before, after] = MODES[mode] ?? ["", ` ${mode}`];
  return typeof value === "number" ? `${before}${plain(value)}${after}` : "";
}

export function modeLabel(mode: string): string {
  const words: Record<string, string> = {
    notional_usd: "USD, notional",
    margin_usd: "USD, margin",
    equity_pct: "% of equity",
    risk_pct: "% of equity at risk",
    position_pct: "% of the position",
    qty: "Units",
  };
  return words[mode] ?? mode.replace(/_/g, " ");
}

export function withUnit(value: number, unit: string): string {
  if (unit === "USD") return `$${plain(value)}`;
  if (unit === "x") return `${plain(value)}x`;
  if (unit === "%") return `${plain(value)} %`;
  if (unit === "seconds") return duration(value);
  return unit === "" || unit === "price" ? plain(value) : `${plain(value)} ${unit}`;
}

const UNITS: [number, string][] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

export function duration(seconds: number): string {
  for (const [length, word] of UNITS) {
    if (seconds >= length && seconds % length === 0) return `${plain(seconds / length)} ${word}`;
  }
  return `${plain(seconds)} s`;
}

/** "14 nodes, 3 entries, all protected" and the like: the strategy at a glance. */
export function glance(doc: StrategyDoc, blocks: ReadonlyMap<string, Block>): string {
  const count = (role: string, family?: string) =>
    doc.nodes.filter((node) => {
      const block = blocks.get(node.type);
      return block?.role === role && (family === undefined || block.family === family);
    }).length;
  const parts = [
    numbered(count("condition"), "condition", "conditions"),
    numbered(count("action", "entry"), "entry", "entries"),
    numbered(count("action") - count("action", "entry"), "other action", "other actions"),
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function numbered(count: number, one: string, many: string): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
}

/** With a capital letter, as a sentence begins. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const ENDINGS: Record<string, string> = { "%": " pct", USD: " usd", seconds: " seconds" };

/** The name of a parameter beside its unit: "stop loss", not "stop loss pct". */
export function paramLabel(label: string, unit: string): string {
  const ending = ENDINGS[unit];
  return sentence(ending !== undefined && label.endsWith(ending) ? label.slice(0, -ending.length) : label);
}
