/** The ledger as people read it: one row a transaction, with what it changed. */

import type { Model } from "@/api/types";
import { micros, usd } from "@/lab/usd";

export type Entry = Model<"EntryModel">;

export interface Booking {
  txn: string;
  ts: number;
  /** What happened: "account allocated". */
  what: string;
  run_id: string;
  /** Of cash, in the account and its runs together. */
  cash_usd: string;
  /** What went from one place of the account to another. */
  moved_usd: string;
  lines: readonly Entry[];
}

/** In the order of their first lines. A page may end within a transaction: its last one is whole only with the next. */
export function bookings(entries: readonly Entry[]): Booking[] {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) found.set(entry.txn, [...(found.get(entry.txn) ?? []), entry]);
  return [...found].map(([txn, lines]) => {
    const cash = lines.filter((line) => line.book === "cash").map((line) => micros(line.amount_usd));
    return {
      txn,
      ts: lines[0]?.ts ?? 0,
      what: txn.split(":")[0]?.replaceAll(".", " ").replaceAll("_", " ") ?? txn,
      run_id: lines.find((line) => line.run_id !== "")?.run_id ?? "",
      cash_usd: usd(cash.reduce((total, amount) => total + amount, 0n)),
      moved_usd: usd(cash.reduce((total, amount) => (amount > 0n ? total + amount : total), 0n)),
      lines: [...lines].sort((one, other) => one.line - other.line),
    };
  });
}

/** What the runs of an account have of its cash. */
export function inRuns(account: { cash_usd: string; free_usd: string }): string {
  return usd(micros(account.cash_usd) - micros(account.free_usd));
}
