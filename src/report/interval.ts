/** 97.5 % of a normal distribution lie below this many standard deviations. */
const z = 1.959964;

/**
 * Between which rates the truth lies with 95 % confidence when `hits` of `trials` were seen: the
 * score interval of Wilson (1927), right for rates near 0 and 1 too.
 */
export function rateInterval(hits: number, trials: number): readonly [low: number, high: number] {
  if (trials === 0) return [0, 1];
  const rate = hits / trials;
  const weight = (z * z) / trials;
  const middle = (rate + weight / 2) / (1 + weight);
  const spread =
    (z * Math.sqrt((rate * (1 - rate)) / trials + weight / (4 * trials))) / (1 + weight);
  // No rounding may say of what was seen that it cannot be.
  const low = hits === 0 ? 0 : Math.max(0, middle - spread);
  const high = hits === trials ? 1 : Math.min(1, middle + spread);
  return [low, high];
}

/**
 * The largest rate that is left with 95 % confidence when none of `trials` was hit: the rule of
 * three (Hanley and Lippman-Hand, 1983).
 */
export function ruleOfThree(trials: number): number {
  return trials === 0 ? 1 : Math.min(1, 3 / trials);
}
