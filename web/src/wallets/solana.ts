/** Wallets of Solana: those of the Wallet Standard, and the older ones that only put themselves on the page. */

import { base58 } from "./base58";
import { pictureOf, type Wallet } from "./wallet";

interface Account {
  address: string;
}

/** A wallet of the Wallet Standard; features that a sign-in does not need are left out. */
export interface Standard {
  name: string;
  icon: string;
  chains: readonly string[];
  features: Record<string, unknown>;
}

interface Connect {
  connect(): Promise<{ accounts: readonly Account[] }>;
}

interface SignMessage {
  signMessage(asked: { account: Account; message: Uint8Array }): Promise<readonly { signature: Uint8Array }[]>;
}

/** Null for one of another chain, and for one that signs no messages. */
export function standardWallet(found: Standard): Wallet | null {
  const connect = found.features["standard:connect"] as Connect | undefined;
  const sign = found.features["solana:signMessage"] as SignMessage | undefined;
  if (!found.chains.some((chain) => chain.startsWith("solana:")) || !connect || !sign) return null;
  let account: Account | undefined;
  return {
    id: `solana ${found.name}`,
    name: found.name,
    icon: pictureOf(found.icon),
    chain: "solana",
    async connect() {
      account = (await connect.connect()).accounts[0];
      return account?.address ?? "";
    },
    chainId: () => Promise.resolve(null),
    async sign(text, address) {
      const asked = { account: account ?? { address }, message: new TextEncoder().encode(text) };
      const [signed] = await sign.signMessage(asked);
      return base58(signed?.signature ?? new Uint8Array());
    },
  };
}

export interface Older {
  publicKey?: { toString(): string } | null;
  connect(): Promise<unknown>;
  signMessage(message: Uint8Array): Promise<{ signature: Uint8Array }>;
}

export function olderWallet(found: Older): Wallet {
  return {
    id: "solana",
    name: "Solana wallet",
    icon: "",
    chain: "solana",
    async connect() {
      await found.connect();
      return found.publicKey?.toString() ?? "";
    },
    chainId: () => Promise.resolve(null),
    async sign(text) {
      return base58((await found.signMessage(new TextEncoder().encode(text))).signature);
    },
  };
}
