/** Sums of booked money, exactly: in millionths of a dollar, never as floating point. */

const FORM = /^([-+−]?)(\d+)(?:\.(\d{1,6})\d*)?$/;

/** Millionths of a dollar; RangeError for what is no plain decimal. Places beyond the sixth are cut off. */
export function micros(text: string): bigint {
  const found = FORM.exec(text);
  if (found === null) {
    throw new RangeError(`${text} is not a plain decimal`);
  }
  const [, sign = "", whole = "0", rest = ""] = found;
  const amount = BigInt(whole) * 1_000_000n + BigInt(rest.padEnd(6, "0"));
  return sign === "" || sign === "+" ? amount : -amount;
}

/** A plain decimal string with as many places as it needs, at least two. */
export function usd(amount: bigint): string {
  const positive = amount < 0n ? -amount : amount;
  const rest = (positive % 1_000_000n)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${amount < 0n ? "-" : ""}${positive / 1_000_000n}.${rest}`;
}

export function sum(texts: Iterable<string>): bigint {
  let total = 0n;
  for (const text of texts) {
    total += micros(text);
  }
  return total;
}
