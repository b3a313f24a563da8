/** Which bars of a series to look at: the newest, further back, or around a hole. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Model } from "@/api/types";
import { moment } from "@/format";

/** Places on the calendar at a time; a page back keeps a fifth of what was seen. */
export const PLACES = 400;
const KEPT = PLACES / 5;

export interface Shown {
  venue: string;
  interval: string;
  symbol: string;
  /** Only bars that open before; null for the newest. */
  before_ts: number | null;
}

export const pricesQuery = ({ venue, interval, symbol, before_ts }: Shown) =>
  queryOptions({
    queryKey: ["prices", venue, interval, symbol, before_ts],
    queryFn: ({ signal }) => {
      const query = { venue, interval, symbol, limit: PLACES, ...(before_ts === null ? {} : { before_ts }) };
      return api.get("/api/v1/data/candles", { query, signal });
    },
    placeholderData: keepPreviousData,
  });

type Candles = Pick<Model<"CandlesModel">, "ts" | "step_ms" | "close">;

/** The page before what is shown; null where the history begins. One that is short begins behind a hole. */
export function earlier({ ts, step_ms }: Candles, first_ts: number): number | null {
  const [first] = ts;
  if (first === undefined || first <= first_ts) return null;
  return ts.length < PLACES ? first : first + KEPT * step_ms;
}

/** The page after it, beyond a hole that it may end before; the newest once that reaches the end. */
export function later({ ts, step_ms }: Candles, end_ts: number, gaps: readonly (readonly number[])[]): number | null {
  const last = ts.at(-1) ?? 0;
  const beyond = gaps.find(([from]) => from === last + step_ms)?.[1] ?? last;
  const before = Math.max(last + (PLACES - KEPT) * step_ms, beyond + KEPT * step_ms);
  return before >= end_ts ? null : before;
}

/** The end of a page that has the hole in its middle, or its end where the hole is longer than a page. */
export const around = (gap: readonly number[], step_ms: number): number => {
  const [from = 0, to = 0] = gap;
  return Math.max((from + to) / 2 + (PLACES / 2) * step_ms, to + KEPT * step_ms);
};

export const missingOf = ({ close }: Candles): number => close.filter((value) => value === null).length;

export function gapText(gap: readonly number[], step_ms: number): string {
  const [from = 0, to = 0] = gap;
  const bars = Math.round((to - from) / step_ms);
  return `${moment(from)}, ${bars} ${bars === 1 ? "bar" : "bars"}`;
}
