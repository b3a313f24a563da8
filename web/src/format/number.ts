/** Figures with their units. Money and quantities are decimal strings, statistics are numbers. */
import { decimal, exact, grouped, MINUS, NONE } from "./decimal";

type Text = string | null | undefined;
type Figure = number | null | undefined;

export const money = (usd: Text, decimals = 2): string => decimal(usd, decimals, false, "$");
export const moneyChange = (usd: Text, decimals = 2): string => decimal(usd, decimals, true, "$");
export const qty = (text: Text): string => exact(text);
export const price = (text: Text): string => exact(text);

export function fixed(value: Figure, decimals: number, sign = false): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const [whole = "0", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const zero = Number(`${whole}.${fraction ?? 0}`) === 0;
  const mark = zero ? "" : value < 0 ? MINUS : sign ? "+" : "";
  return `${mark}${grouped(whole)}${fraction ? `.${fraction}` : ""}`;
}

const withUnit = (text: string, unit: string): string => (text === NONE ? text : `${text}${unit}`);

/** `value` is in percent: 12.5 is 12.50 %. */
export const percent = (value: Figure, decimals = 2, sign = false): string =>
  withUnit(fixed(value, decimals, sign), "\u202f%");
export const bps = (value: Figure, decimals = 1, sign = false): string =>
  withUnit(fixed(value, decimals, sign), "\u202fbps");
export const count = (value: Figure): string => fixed(value, 0);

const STEPS: readonly (readonly [number, string])[] = [
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

/** Short, for axes and tight places: 1.2k, 3.4M. */
export function short(value: Figure): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const step = STEPS.find(([size]) => Math.abs(value) >= size);
  return step ? `${fixed(value / step[0], 1)}${step[1]}` : fixed(value, Math.abs(value) < 10 ? 2 : 0);
}

export function bytes(size: Figure): string {
  if (size === null || size === undefined) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = size < 1 ? 0 : Math.min(Math.floor(Math.log10(size) / 3), units.length - 1);
  return `${fixed(size / 1000 ** power, power ? 1 : 0)}\u202f${units[power]}`;
}

/** "1 bot", "3 bots". */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;
