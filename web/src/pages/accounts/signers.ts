/** Which wallets of this browser can sign a draft? It goes to them to the letter; Paddock never sees a key of theirs. */

import type { Model } from "@/api/types";
import type { Wallet } from "@/wallets/wallet";

type Draft = Pick<Model<"DraftModel">, "scheme" | "message">;

/** Where there is none, the signature is pasted. */
export function signersOf({ scheme }: Pick<Draft, "scheme">, wallets: readonly Wallet[]): Wallet[] {
  return wallets.filter((wallet) => (scheme === "eip712" ? wallet.signTyped : wallet.chain === "solana"));
}

/** The signature as the API takes it. Rejects as the wallet does: with what the person or the wallet said. */
export async function sign({ scheme, message }: Draft, main: string, wallet: Wallet): Promise<string> {
  await wallet.connect();
  return scheme === "eip712" && wallet.signTyped ? wallet.signTyped(message, main) : wallet.sign(message, main);
}
