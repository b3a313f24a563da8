/** What a wallet, or the way to it, says when nobody is signed in: what was seen, which rule it broke, what to do. */

import { ApiError } from "@/api/error";
import type { Wallet } from "@/wallets/wallet";

const NAMES: Record<number, string> = {
  1: "Ethereum",
  10: "OP Mainnet",
  137: "Polygon",
  8453: "Base",
  42161: "Arbitrum One",
  11155111: "Sepolia",
};

const chainName = (id: number): string => (NAMES[id] ? `${NAMES[id]} (${id})` : `chain ${id}`);

/** No answer of the server: it was never asked. */
const here = (code: string, message: string, rule: string, suggestion: string, seen = ""): ApiError =>
  new ApiError(-1, { code: `wallet.${code}`, message, rule, suggestion, seen });

export const noAccount = (wallet: Wallet): ApiError =>
  here(
    "no_account",
    `${wallet.name} gave no account`,
    "an account of yours signs",
    "unlock the wallet, choose an account for this page, and sign in again",
  );

export const otherChain = (wallet: Wallet, seen: number, allowed: readonly number[]): ApiError =>
  here(
    "chain",
    `${wallet.name} is on another chain`,
    `this server takes ${allowed.map(chainName).join(", ")}`,
    `choose ${chainName(allowed[0] ?? 1)} in the wallet, and sign in again`,
    chainName(seen),
  );

interface Thrown {
  code?: unknown;
  message?: unknown;
}

/** What a wallet threw, or the server refused, in words that say what to do. */
export function told(error: unknown, wallet: Wallet): ApiError {
  if (error instanceof ApiError) return error;
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as Thrown;
  const words = typeof message === "string" ? message.slice(0, 200) : "";
  if (code === 4001 || /reject|denied|declin|cancel/i.test(words)) {
    return here(
      "refused",
      `You said no in ${wallet.name}`,
      "you sign a message to show that the account is yours; it moves no money and costs nothing",
      "sign in again and confirm, or take another way",
    );
  }
  if (code === -32002) {
    return here(
      "busy",
      `${wallet.name} waits for you`,
      "a wallet asks one thing at a time",
      "open the wallet and answer what it asks, then sign in again",
    );
  }
  if (code === 4100) return noAccount(wallet);
  if (code === 4900 || code === 4901) {
    return here(
      "disconnected",
      `${wallet.name} is not connected`,
      "a wallet that is connected can sign",
      "see whether the wallet is online, and sign in again",
    );
  }
  return here("failed", `${wallet.name} did not sign`, "", "sign in again, or take another way", words);
}
