/** The text that a wallet signs: EIP-4361, and Solana's form of it. */

import type { Chain } from "@/wallets/wallet";

export interface Wanted {
  chain: Chain;
  address: string;
  /** As the page's address has it, with its port. */
  domain: string;
  uri: string;
  chainId: string;
  nonce: string;
  issued_ts: number;
  expires_ts: number;
}

const NAMES: Record<Chain, string> = { ethereum: "Ethereum", solana: "Solana" };

export function messageOf(wanted: Wanted): string {
  return [
    `${wanted.domain} wants you to sign in with your ${NAMES[wanted.chain]} account:`,
    wanted.address,
    "",
    "Sign in to Paddock. This moves no money and costs nothing.",
    "",
    `URI: ${wanted.uri}`,
    "Version: 1",
    `Chain ID: ${wanted.chainId}`,
    `Nonce: ${wanted.nonce}`,
    `Issued At: ${new Date(wanted.issued_ts).toISOString()}`,
    `Expiration Time: ${new Date(wanted.expires_ts).toISOString()}`,
  ].join("\n");
}
