/**
 * What charts draw. Times are ms UTC; a bar is stamped by its open. Prices are plain numbers, since a chart rounds to
 * pixels: money that is shown as booked is text, elsewhere.
 */

export interface Bar {
  ts: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** A value at a time; null where it is not known, which is drawn as a gap and never as zero. */
export interface Point {
  ts: number;
  value: number | null;
}

export interface Line {
  label: string;
  points: readonly Point[];
}

/** An entry or exit at the price at which it happened; `text` is its reason, as it is read out; `tone` what came of it. */
export interface Mark {
  id: string;
  ts: number;
  px: number;
  kind: "entry" | "exit";
  side: "long" | "short";
  text: string;
  tone?: "profit" | "loss";
}

/** A price that is watched from `since_ts` until `until_ts`, or still. */
export interface Level {
  id: string;
  kind: "stop" | "target" | "trail" | "entry" | "order";
  px: number;
  since_ts: number;
  until_ts: number | null;
  text: string;
}

/** Where the bars are from; `coverage` is a fraction, null where nobody measured it. */
export interface Source {
  venue: string;
  symbol: string;
  interval: string;
  from_ts: number;
  to_ts: number;
  coverage: number | null;
}

/** A stretch of time, in ms UTC. */
export interface Range {
  from_ts: number;
  to_ts: number;
}
