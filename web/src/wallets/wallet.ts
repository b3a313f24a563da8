/** A wallet that an extension of this browser brought: it signs in, and signs what an agent needs. */

export type Chain = "ethereum" | "solana";

export interface Wallet {
  /** One and the same for as long as the page lives. */
  id: string;
  name: string;
  /** An image as a data: URI; empty where there is none that can be shown. */
  icon: string;
  chain: Chain;
  /** Asks its owner for an account; the address as a message names it. */
  connect(): Promise<string>;
  /** Which chain it is on; null where it does not say. */
  chainId(): Promise<number | null>;
  /** What it signs for a text shown to its owner, as the API takes it. */
  sign(text: string, address: string): Promise<string>;
  /** As `sign`, for typed data (EIP-712) in JSON; only on Ethereum. */
  signTyped?(typed: string, address: string): Promise<string>;
}

/** Pictures come from a stranger: only those that are nothing but a picture, and ask nobody for it. */
export const pictureOf = (icon: unknown): string =>
  typeof icon === "string" && /^data:image\/(png|svg\+xml|webp|jpeg|gif)[;,]/.test(icon) ? icon : "";
