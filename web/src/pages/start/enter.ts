/** From a wallet to a session: an account, a message with a nonce of the server's, its signature. */

import { api } from "@/api/client";
import type { Model, Session } from "@/api/types";
import type { Wallet } from "@/wallets/wallet";
import { messageOf } from "./message";
import { noAccount, otherChain, told } from "./refusals";

export type Ways = Model<"SignInModel">;

/** Nothing here may be kept for a second try: a nonce and a signature count once. */
const ONCE = { key: "" };

/** Rejects with an ApiError that says what to do. */
export async function enterWith(wallet: Wallet, ways: Ways, page: Pick<Location, "host" | "origin">): Promise<Session> {
  try {
    const address = await wallet.connect();
    if (!address) throw noAccount(wallet);
    const chainId = await chainOf(wallet, ways);
    const { nonce, expires_ts } = await api.post("/api/v1/signin/nonce", ONCE);
    const message = messageOf({
      chain: wallet.chain,
      address,
      domain: page.host,
      uri: page.origin,
      chainId,
      nonce,
      issued_ts: Date.now(),
      expires_ts,
    });
    const signature = await wallet.sign(message, address);
    const body = { message, signature };
    return wallet.chain === "ethereum"
      ? await api.post("/api/v1/signin/ethereum", { body, ...ONCE })
      : await api.post("/api/v1/signin/solana", { body, ...ONCE });
  } catch (error) {
    throw told(error, wallet);
  }
}

async function chainOf(wallet: Wallet, ways: Ways): Promise<string> {
  const id = await wallet.chainId();
  if (id === null) return ways.solana_chains[0] ?? "mainnet";
  if (!ways.ethereum_chains.includes(id)) throw otherChain(wallet, id, ways.ethereum_chains);
  return String(id);
}
