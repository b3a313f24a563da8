/** How are the trades' results spread? A histogram in which no bin mixes wins and losses. */

export interface Bin {
  from: number;
  to: number;
  count: number;
}

/** About `wanted` bins of a round width, with an edge at zero, that cover all values; none of no values. */
export function histogram(values: readonly number[], wanted = 24): Bin[] {
  if (values.length === 0) {
    return [];
  }
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const width = roundWidth((high - low) / wanted);
  const first = Math.floor(low / width);
  const last = Math.max(Math.ceil(high / width), first + 1);
  const bins = Array.from({ length: last - first }, (_, at) => ({
    from: (first + at) * width,
    to: (first + at + 1) * width,
    count: 0,
  }));
  for (const value of values) {
    const bin = bins[Math.min(Math.floor(value / width) - first, bins.length - 1)];
    if (bin !== undefined) {
      bin.count += 1;
    }
  }
  return bins;
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function roundWidth(least: number): number {
  if (least <= 0) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 2.5, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

export interface Spread {
  n: number;
  mean: number;
  median: number;
  /** Share of all profit that the best trade made; null without profit. */
  best_share: number | null;
}

/** What the histogram cannot say; null of no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) {
    return null;
  }
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  const gains = sorted.filter((value) => value > 0);
  const gained = gains.reduce((total, value) => total + value, 0);
  return {
    n: sorted.length,
    mean: sorted.reduce((total, value) => total + value, 0) / sorted.length,
    median,
    best_share: gained > 0 ? (gains.at(-1) ?? 0) / gained : null,
  };
}
