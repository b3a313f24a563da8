/** The trades of a result as entries and exits on a chart. */

import type { Level, Mark } from "@/charts";
import { moment, moneyChange, qty } from "@/format";
import type { OpenPosition, ResultDocument, Trade } from "./document";
import { words } from "./figures";
import { micros } from "./usd";

export function markIds(number: number): string[] {
  return [`entry-${number}`, `exit-${number}`];
}

/** Of one symbol. Trades that came of one entry share its mark. */
export function tradeMarks(trades: readonly Trade[], symbol: string): Mark[] {
  const entered = new Set<string>();
  return trades.flatMap((trade, at) => {
    if (trade.symbol !== symbol) return [];
    const number = at + 1;
    const exit = exitMark(trade, number);
    const key = `${trade.entry_ts} ${trade.side}`;
    if (entered.has(key)) return [exit];
    entered.add(key);
    return [entryMark(trade, `entry-${number}`), exit];
  });
}

function entryMark(trade: Trade | OpenPosition, id: string): Mark {
  const text = `Entry ${trade.side} ${qty(trade.qty)} at ${qty(trade.entry_px)}`;
  return { id, ts: trade.entry_ts, px: Number(trade.entry_px), kind: "entry", side: trade.side, text };
}

function exitMark(trade: Trade, number: number): Mark {
  const pnl = micros(trade.pnl_usd);
  return {
    id: `exit-${number}`,
    ts: trade.exit_ts,
    px: Number(trade.exit_px),
    kind: "exit",
    side: trade.side,
    text: `Exit ${trade.side} ${qty(trade.qty)} at ${qty(trade.exit_px)}, ${words(trade.exit_reason)}, ${moneyChange(trade.pnl_usd)}`,
    tone: pnl > 0n ? "profit" : pnl < 0n ? "loss" : undefined,
  };
}

/** Entries of positions that were still open at the end. */
export function openMarks(doc: Pick<ResultDocument, "open_positions">, symbol: string): Mark[] {
  return doc.open_positions
    .filter((position) => position.symbol === symbol)
    .map((position) => entryMark(position, `open-${position.entry_ts}`));
}

/** What protected the positions that were still open at the end. */
export function openLevels(doc: Pick<ResultDocument, "open_positions">, symbol: string): Level[] {
  return doc.open_positions
    .filter((position) => position.symbol === symbol)
    .flatMap((position) => {
      const at = (kind: "stop" | "target", px: string | null, name: string): Level[] =>
        px === null
          ? []
          : [
              {
                id: `${kind}-${position.entry_ts}`,
                kind,
                px: Number(px),
                since_ts: position.entry_ts,
                until_ts: null,
                text: `${name} ${qty(px)}, of the position since ${moment(position.entry_ts)}`,
              },
            ];
      return [...at("stop", position.stop_px, "Stop"), ...at("target", position.take_px, "Target")];
    });
}
