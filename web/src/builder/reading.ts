/**
 * Which words of the English reading belong to a node? The server gives the rules, whose action each is, and the
 * sentence of every node; a line belongs to the nodes whose sentence it holds.
 */

import { before } from "./connect";
import type { StrategyDoc } from "./document";

export interface Reading {
  where: string;
  rules: string[][];
  risk: string[];
  sentences: Record<string, string>;
  /** The action node of each rule. */
  ruleNodes: string[];
}

export interface Line {
  text: string;
  /** Nodes that say this line. */
  nodes: string[];
  indent: boolean;
}

export interface Rule {
  action: string | null;
  lines: Line[];
}

/** The line from which on a rule says when. */
const CONDITION = /^(when|always$|never$)\b/;

/** The rules as lines that know their nodes. */
export function rulesOf(reading: Reading, doc: StrategyDoc): Rule[] {
  return reading.rules.map((lines, number) => {
    const action = reading.ruleNodes[number] ?? null;
    const near = action === null ? new Set<string>() : before(doc, action);
    const behindConditions = Object.entries(reading.sentences).filter(([id]) => near.has(id) && id !== action);
    let acting = true;
    return {
      action,
      lines: unwrapped(lines).map((raw) => {
        const bare = raw.trim();
        const text = bare.replace(/^- /, "");
        if (CONDITION.test(text)) acting = false;
        const said = behindConditions.filter(([, sentence]) => holds(text, sentence)).map(([id]) => id);
        const nodes = acting && action !== null ? [action] : said;
        return {
          text: acting && action !== null ? text.replace(` [${action}]`, "") : text,
          nodes,
          indent: bare !== text,
        };
      }),
    };
  });
}

/** Lines that were broken for a terminal in one piece again: what comes before "when" is a sentence or two. */
function unwrapped(lines: readonly string[]): string[] {
  const made: string[] = [];
  let acting = true;
  for (const line of lines) {
    const begins = CONDITION.test(line);
    acting &&= !begins;
    const before = made.at(-1);
    if (acting && before !== undefined && !line.startsWith("protected,")) made[made.length - 1] = `${before} ${line}`;
    else made.push(line);
  }
  return made;
}

/** Does the line hold the sentence as whole words? */
function holds(line: string, sentence: string): boolean {
  const at = line.indexOf(sentence);
  if (at < 0) return false;
  const edge = (char: string | undefined) => char === undefined || !/[\w.]/.test(char);
  return edge(line[at - 1]) && edge(line[at + sentence.length]);
}
