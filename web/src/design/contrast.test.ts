import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

/** A token in the light and in the dark theme. */
function colours(token: string): [string, string] {
  const found = new RegExp(`--${token}: (?:light-dark\\((#\\w{6}), (#\\w{6})\\)|(#\\w{6}))`).exec(css);
  if (!found) throw new Error(`no token ${token}`);
  return [found[1] ?? found[3] ?? "", found[2] ?? found[3] ?? ""];
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

const WORDS = ["text-1", "text-2", "text-3", "accent", "gain", "fall", "warn", "unknown"];
const GROUNDS = ["surface-0", "surface-1", "surface-2"];
const PAIRS: [string, string][] = [
  ...WORDS.flatMap((word) => GROUNDS.map((ground): [string, string] => [word, ground])),
  ["text-1", "surface-3"],
  ["text-2", "surface-3"],
  ["on-accent", "accent"],
  ["on-danger", "danger"],
  ["gain", "gain-soft"],
  ["fall", "fall-soft"],
  ["warn", "warn-soft"],
  ["unknown", "unknown-soft"],
  ["accent", "accent-soft"],
  ["text-1", "accent-soft"],
  ["text-1", "warn-soft"],
  ["text-2", "warn-soft"],
];

describe("words can be read, in both themes (WCAG AA)", () => {
  it.each(PAIRS)("%s on %s", (word, ground) => {
    const [light, dark] = [0, 1].map((theme) => contrast(colours(word)[theme] ?? "", colours(ground)[theme] ?? ""));
    expect(light).toBeGreaterThanOrEqual(4.5);
    expect(dark).toBeGreaterThanOrEqual(4.5);
  });
  it.each(["line-strong", "series-1", "series-2", "series-3", "series-4", "series-5", "series-6"])(
    "%s is seen",
    (line) => {
      const [light, dark] = [0, 1].map((theme) =>
        contrast(colours(line)[theme] ?? "", colours("surface-1")[theme] ?? ""),
      );
      expect(light).toBeGreaterThanOrEqual(3);
      expect(dark).toBeGreaterThanOrEqual(3);
    },
  );
});
