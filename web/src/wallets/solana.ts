/** Wallets of Solana: those of the Wallet Standard, and the older ones that only put themselves on the page. */

import { base58 } from "@scure/base";
import { pictureOf, type Wallet } from "./wallet";

/** A wallet of several chains has accounts of each. */
interface Account {
  address: string;
  chains: readonly string[];
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
  if (!onSolana(found) || !connect || !sign) return null;
  let accounts: readonly Account[] = [];
  return {
    id: `solana ${found.name}`,
    name: found.name,
    icon: pictureOf(found.icon),
    chain: "solana",
    async connect() {
      accounts = (await connect.connect()).accounts.filter(onSolana);
      return accounts[0]?.address ?? "";
    },
    chainId: () => Promise.resolve(null),
    async sign(text, address) {
      const account = accounts.find((each) => each.address === address);
      if (!account) throw new Error(`${found.name} gave this page no account ${address}.`);
      const [signed] = await sign.signMessage({ account, message: new TextEncoder().encode(text) });
      return base58.encode(signed?.signature ?? new Uint8Array());
    },
  };
}

const onSolana = ({ chains }: Pick<Standard, "chains">): boolean => chains.some((chain) => chain.startsWith("solana:"));

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
      return base58.encode((await found.signMessage(new TextEncoder().encode(text))).signature);
    },
  };
}
