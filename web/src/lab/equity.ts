/** Equity and how far it lies below its peak. */

import type { Point } from "../charts/types";
import type { ResultDocument } from "./document";

export interface Curves {
  equity: Point[];
  /** Percent below the peak so far, 0 or less. */
  drawdown: Point[];
}

/** The daily curve of a document, from the start of its run. */
export function dailyCurves(doc: Pick<ResultDocument, "equity" | "account" | "tape">): Curves {
  const start: Point = { ts: doc.tape.start_ts, value: Number(doc.account.start_usd) };
  const equity = [start, ...doc.equity.map((point) => ({ ts: point.ts, value: Number(point.usd) }))];
  return { equity, drawdown: drawdownOf(equity) };
}

export function drawdownOf(equity: readonly Point[]): Point[] {
  let peak = 0;
  return equity.map(({ ts, value }) => {
    if (value === null) {
      return { ts, value: null };
    }
    peak = Math.max(peak, value);
    return { ts, value: peak > 0 ? 100 * (value / peak - 1) : null };
  });
}

/** Growth since the first known point in percent, so that runs of different capital can be laid over one another. */
export function growth(equity: readonly Point[]): Point[] {
  const base = equity.find((point) => point.value !== null)?.value ?? 0;
  return equity.map(({ ts, value }) => ({ ts, value: value === null || base <= 0 ? null : 100 * (value / base - 1) }));
}
