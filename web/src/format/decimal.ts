/** Decimal strings for people, digit by digit: what is booked is never pushed through a float. */

const FORM = /^([+-]?)(\d+)(?:\.(\d+))?$/;
export const MINUS = "\u2212";
export const NONE = "\u2013";

export interface Parts {
  negative: boolean;
  whole: string;
  fraction: string;
}

/** Half away from zero to so many decimals; null for what is not a decimal number. */
export function rounded(text: string, decimals: number): Parts | null {
  const found = FORM.exec(text.trim());
  if (!found) return null;
  const [, sign, whole = "0", fraction = ""] = found;
  const digits = whole + fraction.slice(0, decimals).padEnd(decimals, "0");
  const up = Number(fraction[decimals] ?? "0") >= 5 ? 1n : 0n;
  const all = (BigInt(digits) + up).toString().padStart(decimals + 1, "0");
  const cut = all.length - decimals;
  return { negative: sign === "-" && BigInt(all) !== 0n, whole: all.slice(0, cut), fraction: all.slice(cut) };
}

export function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `sign`: a plus before what is more than nothing. Not a number: a dash. */
export function decimal(text: string | null | undefined, decimals: number, sign = false, unit = ""): string {
  const parts = text === null || text === undefined ? null : rounded(text, decimals);
  if (!parts) return NONE;
  const zero = /^0*$/.test(parts.whole + parts.fraction);
  const mark = parts.negative ? MINUS : sign && !zero ? "+" : "";
  return `${mark}${unit}${grouped(parts.whole)}${decimals ? `.${parts.fraction}` : ""}`;
}

/** As exact as it came, with its thousands apart. */
export function exact(text: string | null | undefined): string {
  const found = text === null || text === undefined ? null : FORM.exec(text.trim());
  if (!found) return NONE;
  return `${found[1] === "-" ? MINUS : ""}${grouped(found[2] ?? "0")}${found[3] ? `.${found[3]}` : ""}`;
}

/** -1, 0 or 1 of what is shown at so many decimals: what rounds to nothing has no sign. */
export function signOf(text: string | null | undefined, decimals = 2): -1 | 0 | 1 {
  const parts = text === null || text === undefined ? null : rounded(text, decimals);
  if (!parts || /^0*$/.test(parts.whole + parts.fraction)) return 0;
  return parts.negative ? -1 : 1;
}
