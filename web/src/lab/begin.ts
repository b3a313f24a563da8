/** With what does the form begin: what the address names, or the first thing there is. */

import type { Backtest, Bot, Model } from "@/api/types";
import type { Series } from "./markets";
import { beginWith, dayText, type Scope, type Wish } from "./wish";

export type Template = Model<"TemplateModel">;

export interface Named {
  bot?: string;
  version?: string;
  template?: string;
}

const DAY = 86_400_000;

/** `documents`: the newest strategy of each bot that is known already. */
export function beginning(
  named: Named,
  bots: readonly Bot[],
  templates: readonly Template[],
  series: readonly Series[],
  botScope: Scope | undefined,
): Wish {
  const bot = bots.find((each) => each.bot_id === named.bot);
  if (bot !== undefined) {
    return { ...beginWith(`bot:${bot.bot_id}`, botScope, series), version: named.version ?? "" };
  }
  const template = templates.find((each) => each.name === named.template) ?? templates[0];
  return beginWith(template ? `template:${template.name}` : "", template && scopeOf(template.strategy), series);
}

/** Where a strategy document says that it acts. */
export function scopeOf(document: Record<string, unknown>): Scope | undefined {
  const scope = document.scope as (Scope & Record<string, unknown>) | undefined;
  return typeof scope?.venue === "string" && typeof scope.interval === "string" ? scope : undefined;
}

/** The form that asks for the same again: of the strategy as it was backtested. */
export function likeBefore(before: Backtest, series: readonly Series[]): Wish {
  const asked = before.wanted as unknown as Asked;
  const base = beginWith(`before:${before.backtest_id}`, scopeOf(asked.strategy), series);
  const text = (value: number | null) => (value === null ? "" : String(value));
  const { costs } = asked;
  return {
    ...base,
    symbols: namedSymbols(asked.strategy) ?? base.symbols,
    from: asked.start_ts === null ? "" : dayText(asked.start_ts),
    to: asked.end_ts === null ? "" : dayText(asked.end_ts - DAY),
    capital: asked.start_usd,
    costs: {
      taker: text(costs.taker_bps),
      maker: text(costs.maker_bps),
      slippage: String(costs.slippage_bps),
      impact: String(costs.impact),
      latency: String(costs.latency_ms ?? 0),
      participation: text(costs.participation_pct),
      funding: costs.funding,
      touch: costs.touch,
    },
    allow_gaps: asked.allow_gaps,
  };
}

function namedSymbols(document: Record<string, unknown>): readonly string[] | undefined {
  return scopeOf(document)?.symbols;
}

interface Asked {
  strategy: Record<string, unknown>;
  start_ts: number | null;
  end_ts: number | null;
  start_usd: string;
  costs: {
    taker_bps: number | null;
    maker_bps: number | null;
    slippage_bps: number;
    impact: number;
    latency_ms?: number;
    participation_pct: number | null;
    funding: boolean;
    touch: boolean;
  };
  allow_gaps: boolean;
}

/** Where and when a backtest ran, in a line. */
export function askedText(backtest: Backtest): string {
  const asked = backtest.wanted as unknown as Asked;
  const scope = scopeOf(asked.strategy);
  const symbols = scope?.symbols ?? ["all symbols"];
  const shown = symbols.length > 3 ? `${symbols.slice(0, 3).join(", ")} +${symbols.length - 3}` : symbols.join(", ");
  const from = asked.start_ts === null ? "first bar" : dayText(asked.start_ts);
  const to = asked.end_ts === null ? "last bar" : dayText(asked.end_ts - DAY);
  const range = asked.start_ts === null && asked.end_ts === null ? "all data" : `${from} → ${to}`;
  return `${scope?.venue ?? ""} ${scope?.interval ?? ""} · ${shown} · ${range}`;
}
