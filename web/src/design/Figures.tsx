/** Numbers as people read them: sign, arrow and colour together, and a hatched dash for what is not known. */
import { type ReactNode, useSyncExternalStore } from "react";
import { ago, bps, fixed, money, moment, momentExact, percent, price, qty, signOf, utc } from "@/format";
import "./Figures.css";

type Text = string | null | undefined;
type Figure = number | null | undefined;

export function Unknown({ why = "not known yet" }: { why?: string }) {
  return (
    <span className="unknown" title={why} aria-label={why}>
      –
    </span>
  );
}

function Change({ sign, children }: { sign: -1 | 0 | 1; children: ReactNode }) {
  if (sign === 0) return <span className="figure">{children}</span>;
  return (
    <span className={`figure ${sign > 0 ? "profit" : "loss"}`}>
      <span className="figure-arrow" aria-hidden>
        {sign > 0 ? "▲" : "▼"}
      </span>
      {children}
    </span>
  );
}

/** `change`: it is a profit or loss, and looks like one. */
export function Money({
  usd,
  change = false,
  decimals = 2,
  why,
}: {
  usd: Text;
  change?: boolean;
  decimals?: number;
  why?: string;
}) {
  if (usd === null || usd === undefined) return <Unknown why={why} />;
  const text = money(usd, decimals);
  if (!change) return <span className="figure">{text}</span>;
  const sign = signOf(usd, decimals);
  return <Change sign={sign}>{sign > 0 ? `+${text}` : text}</Change>;
}

const sideOf = (value: number, decimals: number): -1 | 0 | 1 =>
  Math.sign(Number(value.toFixed(decimals))) as -1 | 0 | 1;

/** `value` in percent. */
export function Percent({
  value,
  change = false,
  decimals = 2,
  why,
}: {
  value: Figure;
  change?: boolean;
  decimals?: number;
  why?: string;
}) {
  if (value === null || value === undefined) return <Unknown why={why} />;
  if (!change) return <span className="figure">{percent(value, decimals)}</span>;
  return <Change sign={sideOf(value, decimals)}>{percent(value, decimals, true)}</Change>;
}

export function Bps({
  value,
  change = false,
  decimals = 1,
  why,
}: {
  value: Figure;
  change?: boolean;
  decimals?: number;
  why?: string;
}) {
  if (value === null || value === undefined) return <Unknown why={why} />;
  if (!change) return <span className="figure">{bps(value, decimals)}</span>;
  return <Change sign={sideOf(value, decimals)}>{bps(value, decimals, true)}</Change>;
}

export function Ratio({ value, decimals = 2, why }: { value: Figure; decimals?: number; why?: string }) {
  if (value === null || value === undefined) return <Unknown why={why} />;
  return <span className="figure">{fixed(value, decimals)}</span>;
}

export function Qty({ value, unit = "" }: { value: Text; unit?: string }) {
  if (value === null || value === undefined) return <Unknown />;
  return <span className="figure">{unit ? `${qty(value)}\u202f${unit}` : qty(value)}</span>;
}

export function Price({ value }: { value: Text }) {
  if (value === null || value === undefined) return <Unknown />;
  return <span className="figure">{price(value)}</span>;
}

/** In the viewer's zone; UTC on hover. */
export function Time({ ts, exactly = false }: { ts: Figure; exactly?: boolean }) {
  if (ts === null || ts === undefined) return <Unknown />;
  return (
    <time className="figure" dateTime={new Date(ts).toISOString()} title={utc(ts)}>
      {exactly ? momentExact(ts) : moment(ts)}
    </time>
  );
}

let tick = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function onTick(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    tick = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The wall clock, once a second, for all that shows an age. */
export function useNow(): number {
  return useSyncExternalStore(onTick, () => tick);
}

/** How long ago, by the wall clock; the moment on hover. */
export function Age({ ts, now }: { ts: Figure; now?: number }) {
  const wall = useNow();
  if (ts === null || ts === undefined) return <Unknown />;
  return (
    <time className="figure" dateTime={new Date(ts).toISOString()} title={`${momentExact(ts)} (${utc(ts)})`}>
      {ago(ts, now ?? wall)}
    </time>
  );
}

/** Long or short, in words and by an arrow. */
export function SideMark({ side }: { side: string }) {
  const up = side === "long" || side === "buy";
  return (
    <span className="figure-side">
      <span aria-hidden>{up ? "↑" : "↓"}</span> {side}
    </span>
  );
}
