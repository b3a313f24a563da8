/** What a strategy is about: its markets and its interval. */
import { DAY, HOUR, MINUTE } from "@/format";

/** Those that it names and the feed has; all of the feed's where it names none. */
export function symbolsOf(strategy: Record<string, unknown>, feed: readonly string[]): string[] {
  const scope = (strategy.scope ?? {}) as { symbols?: unknown };
  const named = Array.isArray(scope.symbols)
    ? scope.symbols.filter((each): each is string => typeof each === "string")
    : [];
  const known = feed.length === 0 ? named : named.filter((each) => feed.includes(each));
  return known.length > 0 ? known : [...feed];
}

const UNITS: Record<string, number> = { m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** "15m" in ms; an hour for what cannot be read. */
export function intervalOf(text: string): number {
  const found = /^(\d+)([mhdw])$/.exec(text);
  return found ? Number(found[1]) * (UNITS[found[2] ?? ""] ?? HOUR) : HOUR;
}
