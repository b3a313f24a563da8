/** Booked amounts added up exactly: micro-dollars in whole numbers. */
const FORM = /^(-?)(\d+)(?:\.(\d{1,6})\d*)?$/;

export function micros(usd: string): bigint {
  const found = FORM.exec(usd);
  if (!found) throw new Error(`not an amount: ${usd}`);
  const size = BigInt((found[2] ?? "0") + (found[3] ?? "").padEnd(6, "0"));
  return found[1] ? -size : size;
}

export function fromMicros(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(7, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** What is not known is left out; null when nothing is. */
export function sumUsd(amounts: readonly (string | null | undefined)[]): string | null {
  const known = amounts.filter((amount): amount is string => amount !== null && amount !== undefined);
  return known.length === 0 ? null : fromMicros(known.reduce((sum, amount) => sum + micros(amount), 0n));
}
