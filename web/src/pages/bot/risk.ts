/** The risk policy of a strategy as rows: each limit with its value, or the default. */
import { NONE } from "@/format";

export interface Limit {
  name: string;
  label: string;
  value: string;
  help: string;
  /** The strategy says so itself. */
  own: boolean;
}

interface Param {
  name: string;
  label: string;
  unit: string;
  help: string;
  default?: unknown;
}

function written(value: unknown, unit: string): string {
  if (value === null || value === undefined) return NONE;
  const text = Array.isArray(value)
    ? value.join(", ") || "all"
    : typeof value === "boolean"
      ? value
        ? "yes"
        : "no"
      : String(value);
  return unit ? `${text}\u202f${unit}` : text;
}

export function limitsOf(params: readonly Param[], risk: unknown): Limit[] {
  const own = (risk ?? {}) as Record<string, unknown>;
  return params.map((param) => ({
    name: param.name,
    label: param.label,
    value: written(param.name in own ? own[param.name] : param.default, param.unit),
    help: param.help,
    own: param.name in own,
  }));
}
