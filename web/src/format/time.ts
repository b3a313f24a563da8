/** Moments, milliseconds UTC, in the viewer's zone; `utc` is what the hover says. */
import { NONE } from "./decimal";

type Moment = number | null | undefined;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const two = (n: number): string => String(n).padStart(2, "0");
const day = (at: Date): string => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
const clock = (at: Date): string => `${two(at.getHours())}:${two(at.getMinutes())}`;
const missing = (ts: Moment): ts is null | undefined => ts === null || ts === undefined;

/** 2026-11-21 18:22 */
export function moment(ts: Moment): string {
  if (missing(ts)) return NONE;
  const at = new Date(ts);
  return `${day(at)} ${clock(at)}`;
}

/** 2026-11-21 18:22:07 */
export function momentExact(ts: Moment): string {
  return missing(ts) ? NONE : `${moment(ts)}:${two(new Date(ts).getSeconds())}`;
}

/** 2026-11-21 */
export const date = (ts: Moment): string => (missing(ts) ? NONE : day(new Date(ts)));

/** 18:22 */
export const time = (ts: Moment): string => (missing(ts) ? NONE : clock(new Date(ts)));

/** 2026-11-21 18:22:07.120 UTC; parts of a second only where there are some. */
export function utc(ts: Moment): string {
  if (missing(ts)) return NONE;
  const text = new Date(ts).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, ts % SECOND ? 23 : 19)} UTC`;
}

/** "4 s", "12 min", "3 h", "5 d": the largest unit that fits. */
export function span(ms: number): string {
  const size = Math.abs(ms);
  if (size < MINUTE) return `${Math.floor(size / SECOND)}\u202fs`;
  if (size < HOUR) return `${Math.floor(size / MINUTE)}\u202fmin`;
  if (size < 2 * DAY) return `${Math.floor(size / HOUR)}\u202fh`;
  return `${Math.floor(size / DAY)}\u202fd`;
}

export function ago(ts: Moment, now: number): string {
  if (missing(ts)) return NONE;
  if (Math.abs(now - ts) < SECOND) return "now";
  return now >= ts ? `${span(now - ts)} ago` : `in ${span(ts - now)}`;
}
