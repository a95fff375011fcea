/** How many different seeds some ranges, both ends included, hold together. */
export function seedsIn(ranges: readonly (readonly [from: number, to: number])[]): number {
  let seeds = 0;
  let end = -1;
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (to <= end) continue;
    seeds += to - Math.max(from - 1, end);
    end = to;
  }
  return seeds;
}
