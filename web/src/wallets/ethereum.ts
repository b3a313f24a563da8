/** Wallets of Ethereum: EIP-1193 providers, announced by EIP-6963. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { checksummed } from "./checksum";
import { pictureOf, type Wallet } from "./wallet";

export interface Provider {
  request(asked: { method: string; params?: readonly unknown[] }): Promise<unknown>;
}

/** What an announcement holds: EIP-6963. */
export interface Announced {
  info: { uuid: string; name: string; icon: string };
  provider: Provider;
}

export function ethereumWallet({ info, provider }: Announced): Wallet {
  return {
    id: info.uuid,
    name: info.name,
    icon: pictureOf(info.icon),
    chain: "ethereum",
    async connect() {
      const [address] = (await provider.request({ method: "eth_requestAccounts" })) as (string | undefined)[];
      return address === undefined ? "" : checksummed(address);
    },
    async chainId() {
      return Number(await provider.request({ method: "eth_chainId" }));
    },
    async sign(text, address) {
      const message = `0x${bytesToHex(new TextEncoder().encode(text))}`;
      const signature = String(await provider.request({ method: "personal_sign", params: [message, address] }));
      return withParity(signature);
    },
    async signTyped(typed, address) {
      return withParity(String(await provider.request({ method: "eth_signTypedData_v4", params: [address, typed] })));
    },
  };
}

/** Some wallets count the last byte from 0, the API as Ethereum does from 27. */
function withParity(signature: string): string {
  const last = parseInt(signature.slice(-2), 16);
  return last < 27 ? signature.slice(0, -2) + (last + 27).toString(16) : signature;
}
