/** A decision as what it wanted, and what was not admitted of it. */
import type { Decision } from "@/api/types";

interface Because {
  action: string;
  symbol: string;
  node: string;
}

interface Refused {
  symbol: string;
  reason: string;
}

const list = <T>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : []);

export const becauseOf = (decision: Decision): Because[] => list<Because>(decision.detail.because);
export const refusedOf = (decision: Decision): Refused[] => list<Refused>(decision.detail.refused);

/** "enter BTC, close ETH". */
export function wantedText(decision: Decision): string {
  const wanted = becauseOf(decision).map((each) => `${each.action.replaceAll("_", " ")} ${each.symbol}`);
  return [...new Set(wanted)].join(", ") || "nothing";
}

export function refusedText(decision: Decision): string {
  const refused = refusedOf(decision).map((each) => `${each.symbol} ${String(each.reason).replaceAll("_", " ")}`);
  return [...new Set(refused)].join(", ");
}
