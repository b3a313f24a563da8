/** What a person asks of a backtest: a form's state, what is wrong with it, and the request it becomes. */

import type { Model } from "@/api/types";
import { rounded } from "@/format";
import { intervalsOf, type Series, symbolsOf, venuesOf } from "./markets";

export interface CostWish {
  /** Bps; empty is the instrument's own. */
  taker: string;
  maker: string;
  slippage: string;
  impact: string;
  /** How long an order is on its way, in ms. */
  latency: string;
  /** Most of a bar's volume in %; empty is no cap. */
  participation: string;
  funding: boolean;
  touch: boolean;
}

export interface Wish {
  /** `bot:ID` or `template:NAME`. */
  strategy: string;
  /** Of a bot; empty is the newest. */
  version: string;
  venue: string;
  interval: string;
  symbols: readonly string[];
  /** Days in UTC, the last one included; empty is as far as there is data. */
  from: string;
  to: string;
  capital: string;
  costs: CostWish;
  allow_gaps: boolean;
}

export const COSTS_ON: CostWish = {
  taker: "",
  maker: "",
  slippage: "2",
  impact: "0",
  latency: "0",
  participation: "",
  funding: true,
  touch: false,
};

const DAY = 86_400_000;

/** The form as it begins, on what the strategy's scope asks for where the lake has it, else on what there is. */
export function beginWith(strategy: string, scope: Scope | undefined, series: readonly Series[]): Wish {
  const venues = venuesOf(series);
  const venue = scope && venues.includes(scope.venue) ? scope.venue : (venues[0] ?? "");
  const intervals = intervalsOf(series, venue);
  const interval = scope && intervals.includes(scope.interval) ? scope.interval : preferred(intervals);
  const there = symbolsOf(series, venue, interval);
  const named = (scope?.symbols ?? []).filter((symbol) => there.includes(symbol));
  const symbols = named.length > 0 ? named : there.slice(0, 1);
  return {
    strategy,
    version: "",
    venue,
    interval,
    symbols,
    from: "",
    to: "",
    capital: "10000",
    costs: COSTS_ON,
    allow_gaps: false,
  };
}

export interface Scope {
  venue: string;
  interval: string;
  symbols?: readonly string[];
}

function preferred(intervals: readonly string[]): string {
  return intervals.includes("1h") ? "1h" : (intervals[0] ?? "");
}

/** The same wish on another venue or interval, with the symbols that are there, too. */
export function moveTo(wish: Wish, venue: string, interval: string, series: readonly Series[]): Wish {
  const intervals = intervalsOf(series, venue);
  const fitting = intervals.includes(interval) ? interval : preferred(intervals);
  const there = symbolsOf(series, venue, fitting);
  const kept = wish.symbols.filter((symbol) => there.includes(symbol));
  return { ...wish, venue, interval: fitting, symbols: kept.length > 0 ? kept : there.slice(0, 1) };
}

export type Problems = Partial<Record<"strategy" | "symbols" | "from" | "to" | "capital" | keyof CostWish, string>>;

/** What stands against asking it, by field. */
export function problemsOf(wish: Wish): Problems {
  const found: Problems = {};
  if (wish.strategy === "") found.strategy = "Choose a bot or a template";
  if (wish.symbols.length === 0) found.symbols = "Choose at least one symbol";
  const [from, to] = [dayTs(wish.from), dayTs(wish.to)];
  if (from === undefined) found.from = "A day such as 2025-03-01";
  if (to === undefined) found.to = "A day such as 2025-06-30";
  if (typeof from === "number" && typeof to === "number" && to < from) found.to = "It ends before it begins";
  const capital = moneyOf(wish.capital);
  if (capital === null || capital < 1 || capital > 1e9) found.capital = "From $1 to $1,000,000,000";
  bounded(found, wish.costs, "taker", -10, 1000);
  bounded(found, wish.costs, "maker", -10, 1000);
  bounded(found, wish.costs, "slippage", 0, 1000);
  bounded(found, wish.costs, "impact", 0, 100);
  bounded(found, wish.costs, "latency", 0, 60_000);
  bounded(found, wish.costs, "participation", 0.0001, 100);
  if (wish.costs.slippage === "") found.slippage = "0 for none";
  if (wish.costs.impact === "") found.impact = "0 for none";
  if (wish.costs.latency === "") found.latency = "0 for none";
  return found;
}

export type CostField = "taker" | "maker" | "slippage" | "impact" | "latency" | "participation";

function bounded(found: Problems, costs: CostWish, name: CostField, low: number, high: number): void {
  const value = Number(costs[name]);
  if (costs[name] !== "" && !(value >= low && value <= high)) found[name] = `From ${low} to ${high}`;
}

function moneyOf(text: string): number | null {
  return /^\d{1,12}(\.\d{1,6})?$/.test(text) && rounded(text, 6) ? Number(text) : null;
}

/** Midnight UTC of a day; null of an empty text, undefined of what is no day. */
function dayTs(text: string): number | null | undefined {
  if (text === "") return null;
  const ts = Date.parse(`${text}T00:00Z`);
  return Number.isNaN(ts) ? undefined : ts;
}

/** The days as times: the end is the midnight after the last. */
export function windowOf(wish: Pick<Wish, "from" | "to">): { start_ts: number | null; end_ts: number | null } {
  const [from, to] = [dayTs(wish.from) ?? null, dayTs(wish.to) ?? null];
  return { start_ts: from, end_ts: to === null ? null : to + DAY };
}

/** The request. `template` is the document of a template; bots are named. */
export function requestOf(wish: Wish, template: Record<string, unknown> | undefined): Model<"BacktestWanted"> {
  const { costs } = wish;
  const bps = (text: string) => (text === "" ? null : Number(text));
  return {
    ...(wish.strategy.startsWith("bot:")
      ? { bot_id: wish.strategy.slice(4), version: wish.version === "" ? null : Number(wish.version) }
      : { strategy: template }),
    venue: wish.venue,
    symbols: [...wish.symbols],
    interval: wish.interval,
    ...windowOf(wish),
    start_usd: wish.capital,
    costs: {
      taker_bps: bps(costs.taker),
      maker_bps: bps(costs.maker),
      slippage_bps: Number(costs.slippage),
      impact: Number(costs.impact),
      latency_ms: Number(costs.latency),
      participation_pct: bps(costs.participation),
      funding: costs.funding,
      touch: costs.touch,
    },
    allow_gaps: wish.allow_gaps,
  };
}

/** Which costs a wish switches off, in words; what is on is not worth a word. */
export function costsOff(costs: CostWish): string[] {
  const off = [
    [Number(costs.slippage) === 0, "slippage"],
    [costs.taker !== "" && Number(costs.taker) === 0, "taker fee"],
    [costs.maker !== "" && Number(costs.maker) === 0, "maker fee"],
    [!costs.funding, "funding"],
  ] as const;
  return off.filter(([is]) => is).map(([, name]) => name);
}

/** The day of a time in UTC, as a date field has it. */
export function dayText(ts: number): string {
  return new Date(ts).toISOString().slice(0, 10);
}

/** The last `days` days of the data, ending with its last one. */
export function lastDays(end_ts: number, days: number): { from: string; to: string } {
  const last = end_ts - 1;
  return { from: dayText(last - (days - 1) * DAY), to: dayText(last) };
}
