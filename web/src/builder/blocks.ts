/** What is a graph made of? The catalogue as the server gives it, in the order and groups of the palette. */

import type { ParamForm } from "./form";

export type Role = "trigger" | "logic" | "condition" | "action" | "policy";

export interface Block {
  type: string;
  title: string;
  family: string;
  aliases: string[];
  role: Role;
  doc: string;
  params: ParamForm[];
}

export interface Group {
  family: string;
  label: string;
  blocks: Block[];
}

const LABELS: Record<string, string> = {
  logic: "Start and logic",
  oscillator: "Oscillators",
  comparison: "Comparison of markets",
  time: "Time",
  flow: "Volume, funding and interest",
  position: "Position",
  entry: "Entries",
  protection: "Protection",
  exit: "Exits",
  cancel: "Cancelling orders",
};

/** A family of blocks as the palette names it; a family that is new is named by its own word. */
export function familyLabel(family: string): string {
  return LABELS[family] ?? `${family.charAt(0).toUpperCase()}${family.slice(1)}`;
}

const ROLES: Role[] = ["trigger", "logic", "condition", "action", "policy"];

/** The blocks by family, in the catalogue's order; logic first. Only those that `search` finds. */
export function groups(blocks: readonly Block[], search = ""): Group[] {
  const found = new Map<string, Block[]>();
  for (const block of ranked(blocks, search)) found.set(block.family, [...(found.get(block.family) ?? []), block]);
  const made = [...found].map(([family, members]) => ({ family, label: familyLabel(family), blocks: members }));
  if (search.trim() !== "") return made;
  const first = (group: Group) => Math.min(...group.blocks.map((block) => ROLES.indexOf(block.role)));
  return made.sort((a, b) => Number(first(b) <= 1) - Number(first(a) <= 1));
}

/** Best first: words that begin the title, then words of it, then other names, then its documentation. */
export function ranked(blocks: readonly Block[], search: string): Block[] {
  const words = search
    .toLowerCase()
    .split(/[\s_]+/)
    .filter(Boolean);
  if (words.length === 0) return [...blocks];
  const scored = blocks.map((block, place) => ({ block, place, score: score(block, words) }));
  return scored
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map((one) => one.block);
}

function score(block: Block, words: string[]): number {
  const title = block.title.toLowerCase();
  const names = [block.type, ...block.aliases].join(" ").toLowerCase();
  const rest = `${familyLabel(block.family)} ${block.doc}`.toLowerCase();
  let total = 0;
  for (const word of words) {
    if (title.startsWith(word)) total += 8;
    else if (title.split(/\W+/).some((part) => part.startsWith(word))) total += 5;
    else if (names.includes(word)) total += 3;
    else if (rest.includes(word)) total += 1;
    else return 0;
  }
  return total;
}

/** Blocks by their type and by their other names. */
export function byName(blocks: readonly Block[]): Map<string, Block> {
  const made = new Map<string, Block>();
  for (const block of blocks) for (const alias of block.aliases) made.set(alias, block);
  for (const block of blocks) made.set(block.type, block);
  return made;
}
