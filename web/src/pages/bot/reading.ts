/** Values of conditions, short enough to compare by eye. */
import { fixed, NONE } from "@/format";

/** About six digits that count, without zeros behind them. */
export function figure(value: number | null): string {
  if (value === null) return NONE;
  if (Number.isInteger(value)) return fixed(value, 0);
  const size = Math.abs(value);
  const decimals = size >= 1 ? Math.max(0, 5 - Math.floor(Math.log10(size))) : 6;
  return fixed(value, Math.min(decimals, 6))
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}
