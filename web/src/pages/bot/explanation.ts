/** Why, or why not: the reading of a bar, and the first condition that stood in the way. */
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";

export type Verdict = "passed" | "failed" | "unknown";

export interface Test {
  kind: "test";
  left: string;
  op: string;
  right: string;
  left_value: number | null;
  right_value: number | null;
  left_before: number | null;
  right_before: number | null;
  verdict: Verdict;
}

export interface Group {
  kind: "all" | "any" | "always" | "never";
  says?: string;
  verdict: Verdict;
  parts?: readonly Guard[];
}

export type Guard = Test | Group;

export interface Rule {
  node: string;
  action: string;
  symbol: string;
  verdict: Verdict;
  guard: Guard;
}

/** A feature that a strategy in Python reads; null where it is not known. */
export interface Read {
  symbol: string;
  name: string;
  value: number | null;
  before: number | null;
}

/** A graph has rules; Python has none, and what it read and returned instead. */
export interface Explanation {
  ts: number;
  close_ts: number;
  interval: string;
  rules: readonly Rule[];
  orders: readonly { symbol: string; side?: string; reason?: string }[];
  refusals: readonly { symbol: string; reason: string }[];
  read?: readonly Read[];
  returned?: readonly { symbol: string; action: string }[];
}

/** A closed bar does not change, so that it is asked about once. */
export const explainQuery = (runId: string, at: number) =>
  queryOptions({
    queryKey: ["explain", runId, at],
    queryFn: async ({ signal }) => {
      const found = await api.get("/api/v1/runs/{run_id}/explain", { path: { run_id: runId }, query: { at }, signal });
      return found as unknown as Explanation;
    },
    staleTime: Infinity,
  });

/** What to highlight: in what had to hold altogether the first part that did not; in alternatives each one's own. */
export function blockers(guard: Guard): Set<Guard> {
  const found = new Set<Guard>();
  const walk = (part: Guard): void => {
    if (part.verdict === "passed") return;
    if (part.kind === "test" || !part.parts || part.says) {
      found.add(part);
      return;
    }
    if (part.kind === "any") part.parts.forEach(walk);
    else {
      const first = part.parts.find((each) => each.verdict !== "passed");
      if (first) walk(first);
    }
  };
  walk(guard);
  return found;
}

/** One sentence on what came of the bar for a market. */
export function verdictOf(explanation: Explanation, symbol: string): { text: string; traded: boolean } {
  const refused = explanation.refusals.filter((each) => each.symbol === symbol);
  const held = explanation.rules.filter((rule) => rule.verdict === "passed");
  const passed = [...held, ...(explanation.returned ?? [])].filter((each) => each.symbol === symbol);
  const ordered = explanation.orders.some((order) => order.symbol === symbol);
  const wanted = [...new Set(passed.map((rule) => rule.action))].join(", ");
  if (refused.length > 0) {
    const why = [...new Set(refused.map((each) => each.reason.replaceAll("_", " ")))].join(", ");
    return { text: `It wanted to ${wanted || "trade"}; not admitted: ${why}.`, traded: false };
  }
  if (ordered)
    return { text: wanted ? `It traded: ${wanted}.` : "It traded: its protection was touched.", traded: true };
  if (passed.length > 0) return { text: `It wanted to ${wanted}, and there was nothing to order.`, traded: false };
  const why = explanation.returned ? "it returned nothing" : "no rule held";
  return { text: `It did nothing: ${why}.`, traded: false };
}
