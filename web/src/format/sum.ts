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

/** Null where a part is not known, or where there is none: what is left out is no sum. */
export function sumUsd(amounts: readonly (string | null)[]): string | null {
  const known = amounts.filter((amount) => amount !== null);
  if (known.length === 0 || known.length < amounts.length) return null;
  return fromMicros(known.reduce((sum, amount) => sum + micros(amount), 0n));
}
