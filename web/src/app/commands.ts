/** What the palette offers, and what of it fits what was typed. */
import type { IconName } from "@/design";

export interface Command {
  key: string;
  label: string;
  /** What kind of thing it is: "Page", "Bot". */
  group: string;
  icon: IconName;
  keys?: string;
  run: () => void;
}

/** How well the letters fit, in order and preferably at the beginnings of words; null when they do not. */
export function fit(text: string, query: string): number | null {
  const hay = text.toLowerCase();
  let at = 0;
  let score = 0;
  for (const letter of query.toLowerCase().replaceAll(/\s+/g, "")) {
    const found = hay.indexOf(letter, at);
    if (found < 0) return null;
    const begins = found === 0 || /[\s-]/.test(hay[found - 1] ?? "");
    score += begins ? 3 : found === at ? 2 : 0.5;
    at = found + 1;
  }
  return score - hay.length / 100;
}

/** The best first; all in their order when nothing was typed. */
export function fitting(commands: readonly Command[], query: string, most = 12): Command[] {
  return commands
    .map((command) => [fit(`${command.label} ${command.group}`, query), command] as const)
    .filter((each): each is readonly [number, Command] => each[0] !== null)
    .sort(([a], [b]) => (query.trim() ? b - a : 0))
    .slice(0, most)
    .map(([, command]) => command);
}
