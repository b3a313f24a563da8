/** An event of the log in one line. */
import type { LoggedEvent } from "@/api/types";
import { exact, fromMicros, money, moneyChange } from "@/format";
import { words } from "@/runs/words";

type Payload = Record<string, unknown>;

const usd = (value: unknown): string => fromMicros(BigInt(typeof value === "number" ? Math.trunc(value) : 0));
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const scaled = (lots: unknown, decimals: unknown): string => {
  if (typeof lots !== "number" || typeof decimals !== "number") return "";
  return exact(trimmed((lots / 10 ** decimals).toFixed(decimals)));
};
const trimmed = (number: string): string => (number.includes(".") ? number.replace(/\.?0+$/, "") : number);
const side = (value: unknown): string => (value === 1 ? "buy" : "sell");

const TELL: Record<string, (payload: Payload) => string> = {
  "funding.booked": (it) => `${text(it.symbol)} ${moneyChange(usd(it.amount), 4)}`,
  "fill.booked": (it) =>
    `${side(it.side)} ${scaled(it.lots, it.qty_decimals)} ${text(it.symbol)} at ${exact(trimmed(Number(it.px).toFixed(Number(it.px_decimals))))}, fee ${money(usd(it.fee), 4)}`,
  "position.closed": (it) => `${text(it.symbol)} ${moneyChange(usd(it.pnl))} after fees and funding`,
  "order.intended": (it) => `${side(it.side)} ${text(it.symbol)}${it.reduce_only ? ", reduces only" : ""}`,
  "decision.made": (it) => `decision ${String(it.decision)}`,
  "entry.refused": (it) => `${text(it.symbol)}: ${text(it.reason).replaceAll("_", " ")}`,
  "parity.measured": (it) => `${String(it.orders)} orders over ${String(it.bars)} bars, ${String(it.differing)} differ`,
};

export const eventTitle = (event: Pick<LoggedEvent, "kind">): string => words(event.kind.replace(".", " "));

export function eventText(event: Pick<LoggedEvent, "kind" | "payload">): string {
  const tell = TELL[event.kind];
  if (tell) return tell(event.payload);
  const { reason, note, symbol } = event.payload;
  return [symbol, reason, note].map(text).filter(Boolean).join(", ");
}
