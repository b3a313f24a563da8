/** An address of Ethereum in the upper and lower case of EIP-55: wallets often give it in lower case. */

import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

export function checksummed(address: string): string {
  const digits = address.slice(2).toLowerCase();
  const marks = bytesToHex(keccak_256(utf8ToBytes(digits)));
  return `0x${Array.from(digits, (digit, at) => (parseInt(marks[at] ?? "0", 16) >= 8 ? digit.toUpperCase() : digit)).join("")}`;
}
