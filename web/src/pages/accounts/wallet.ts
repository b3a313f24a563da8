/** Lets a wallet of this browser sign a draft, to the letter. Paddock never sees a key of it. */

import type { Model } from "@/api/types";
import { base58 } from "@/wallets/base58";

type Draft = Pick<Model<"DraftModel">, "scheme" | "message">;

interface Ethereum {
  request(asked: { method: string; params?: unknown[] }): Promise<unknown>;
}

interface Solana {
  connect(): Promise<unknown>;
  signMessage(message: Uint8Array): Promise<{ signature: Uint8Array }>;
}

export interface Wallets {
  ethereum?: Ethereum;
  solana?: Solana;
}

/** Those that extensions of this browser offer. */
export const here = (): Wallets => globalThis as unknown as Wallets;

/** Whether one of them can sign it; else the signature is pasted. */
export function canSign(draft: Draft, wallets: Wallets): boolean {
  return (draft.scheme === "eip712" ? wallets.ethereum : wallets.solana) !== undefined;
}

/** The signature as the API takes it. Rejects as the wallet does: with what the person or the wallet said. */
export async function sign(draft: Draft, main: string, wallets: Wallets): Promise<string> {
  if (draft.scheme === "eip712" && wallets.ethereum) {
    await wallets.ethereum.request({ method: "eth_requestAccounts" });
    return String(await wallets.ethereum.request({ method: "eth_signTypedData_v4", params: [main, draft.message] }));
  }
  if (draft.scheme === "ed25519" && wallets.solana) {
    await wallets.solana.connect();
    const { signature } = await wallets.solana.signMessage(new TextEncoder().encode(draft.message));
    return base58(signature);
  }
  throw new Error("No wallet of this browser can sign it: sign it elsewhere and paste the signature.");
}
