/** The form that connects a venue: its state, what is wrong with it, and the request it becomes. */

import type { Model } from "@/api/types";

export interface PolicyWish {
  symbols: string;
  order: string;
  day: string;
  leverage: string;
}

export interface ConnectionWish {
  venue: string;
  network: "mainnet" | "testnet" | "simulator";
  name: string;
  main: string;
  url: string;
  policy: PolicyWish;
}

export const FIRST: ConnectionWish = {
  venue: "hyperliquid",
  network: "testnet",
  name: "",
  main: "",
  url: "",
  policy: { symbols: "BTC, ETH", order: "500", day: "5000", leverage: "3" },
};

export type Wrong = Partial<Record<"name" | "main" | "url" | keyof PolicyWish, string>>;

const MONEY = /^\d{1,12}(\.\d{1,6})?$/;

export function symbolsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((symbol) => symbol !== "");
}

/** What a policy lets the key trade, in words. */
export function tradable(symbols: readonly string[]): string {
  return symbols.includes("*") ? "every perp" : symbols.join(", ");
}

export function wrongPolicy(policy: PolicyWish): Wrong {
  const wrong: Wrong = {};
  if (symbolsOf(policy.symbols).length === 0) wrong.symbols = "Name some, or * for every perp";
  if (!MONEY.test(policy.order) || Number(policy.order) <= 0) wrong.order = "US dollars, such as 500";
  if (!MONEY.test(policy.day) || Number(policy.day) <= 0) wrong.day = "US dollars, such as 5000";
  else if (Number(policy.day) < Number(policy.order)) wrong.day = "Less than one order";
  const leverage = Number(policy.leverage);
  if (!Number.isInteger(leverage) || leverage < 1 || leverage > 100) wrong.leverage = "A whole number from 1 to 100";
  return wrong;
}

export function wrongConnection(wish: ConnectionWish): Wrong {
  const wrong = wrongPolicy(wish.policy);
  if (wish.name.trim() === "") wrong.name = "So that you know it again";
  if (wish.network === "simulator") {
    if (wish.url.trim() === "") wrong.url = "Where it listens, such as http://127.0.0.1:3001";
  } else if (wish.main.trim() === "") {
    wrong.main = "The address whose money it is";
  } else if (wish.venue === "hyperliquid" && !/^0x[0-9a-fA-F]{40}$/.test(wish.main.trim())) {
    wrong.main = "0x and 40 hex digits";
  }
  return wrong;
}

export function policyOf(policy: PolicyWish): Model<"PolicyWanted"> {
  return {
    symbols: symbolsOf(policy.symbols),
    order_usd: policy.order,
    day_usd: policy.day,
    max_leverage: Number(policy.leverage),
  };
}

/** `chainId` is that of the wallet that will sign; null where none is known. */
export function connectionOf(wish: ConnectionWish, chainId: number | null): Model<"ConnectionWanted"> {
  const simulated = wish.network === "simulator";
  return {
    venue: wish.venue,
    network: wish.network,
    name: wish.name.trim(),
    main: simulated ? "" : wish.main.trim(),
    url: simulated ? wish.url.trim() : "",
    policy: policyOf(wish.policy),
    agent_name: "paddock",
    chain_id: chainId === null ? "" : `0x${chainId.toString(16)}`,
    builder: "",
    builder_fee: 0,
  };
}
