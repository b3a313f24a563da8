/** Documents and blocks that the tests of the builder look at. */

import type { Block } from "./blocks";
import type { StrategyDoc } from "./document";

export function reversal(): StrategyDoc {
  return {
    schema: "paddock/strategy@1",
    kind: "graph",
    name: "RSI reversal",
    scope: { venue: "hyperliquid", symbols: ["BTC"], interval: "1h" },
    risk: { max_leverage: 3 },
    nodes: [
      { id: "start", type: "trigger" },
      { id: "low", type: "rsi_below", params: { period: 14, value: 30 } },
      { id: "flat", type: "no_open_position" },
      {
        id: "buy",
        type: "open_long",
        params: { size: { mode: "notional_usd", value: 1000 }, leverage: 2 },
      },
      { id: "stop", type: "set_stop_loss", params: { stop_loss_pct: 2 } },
      { id: "take", type: "set_take_profit", params: { take_profit_pct: 4 } },
    ],
    edges: [
      { source: "start", target: "low" },
      { source: "low", target: "flat" },
      { source: "flat", target: "buy" },
      { source: "buy", target: "stop" },
      { source: "buy", target: "take" },
    ],
  };
}

const symbol = {
  name: "symbol",
  label: "symbol",
  default: "*",
  unit: "",
  help: "the market it looks at",
  schema: { type: "string", maxLength: 69 },
  chooses: "symbol",
};

export const BLOCKS: Block[] = [
  {
    type: "rsi_below",
    title: "RSI below",
    family: "oscillator",
    aliases: ["rsi_under"],
    role: "condition",
    doc: "The RSI is below a value.",
    params: [
      symbol,
      {
        name: "period",
        label: "period",
        default: 14,
        unit: "bars",
        help: "bars it looks at",
        schema: { type: "integer", minimum: 2, maximum: 5000 },
      },
      {
        name: "value",
        label: "value",
        default: 30,
        unit: "",
        help: "the level",
        schema: { type: "number", minimum: 0, maximum: 100 },
      },
    ],
  },
  {
    type: "trigger",
    title: "Trigger",
    family: "logic",
    aliases: [],
    role: "trigger",
    doc: "Where every path starts: the close of each bar.",
    params: [],
  },
  {
    type: "open_long",
    title: "Open long",
    family: "entry",
    aliases: [],
    role: "action",
    doc: "Buy at market at the next bar's open.",
    params: [
      symbol,
      {
        name: "size",
        label: "size",
        default: { mode: "notional_usd", value: 100 },
        unit: "",
        help: "how large",
        schema: {
          type: "object",
          oneOf: [
            {
              properties: {
                mode: { const: "notional_usd" },
                value: { type: "number", exclusiveMinimum: 0, maximum: 1e9 },
              },
            },
            {
              properties: {
                mode: { const: "equity_pct" },
                value: { type: "number", exclusiveMinimum: 0, maximum: 10_000 },
              },
            },
          ],
        },
      },
      {
        name: "leverage",
        label: "leverage",
        default: 1,
        unit: "x",
        help: "leverage of the position",
        schema: { type: "number", minimum: 1, maximum: 100 },
      },
    ],
  },
];
