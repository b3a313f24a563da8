/** Which of several labels on an axis have room? The outermost come first, then those between them. */

/** `places` in pixels, null where a label has none; gives the numbers of those that lie at least `least` apart. */
export function apart(places: readonly (number | null)[], least: number): Set<number> {
  const known = places.flatMap((place, at) => (place === null ? [] : [{ place, at }]));
  const sorted = known.sort((one, other) => one.place - other.place);
  const order = [sorted[0], sorted.at(-1), ...sorted.slice(1, -1)].filter((each) => each !== undefined);
  const taken: { place: number; at: number }[] = [];
  for (const each of order) {
    if (taken.every((other) => Math.abs(other.place - each.place) >= least)) {
      taken.push(each);
    }
  }
  return new Set(taken.map(({ at }) => at));
}
