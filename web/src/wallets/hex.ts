/** Bytes as wallets of Ethereum write them, and their addresses. */

import { keccak256 } from "./keccak";

export const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** An address in the upper and lower case of EIP-55: wallets often give it in lower case. */
export function checksummed(address: string): string {
  const digits = address.slice(2).toLowerCase();
  const marks = hex(keccak256(new TextEncoder().encode(digits)));
  return `0x${Array.from(digits, (digit, at) => (parseInt(marks[at] ?? "0", 16) >= 8 ? digit.toUpperCase() : digit)).join("")}`;
}
