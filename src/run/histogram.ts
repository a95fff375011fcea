import type { HistogramSnapshot } from '../record/census-snapshot.ts';

const subBits = 5;
const subCount = 1 << subBits;
const largest = 2 ** 31 - 1;

/**
 * Counts non-negative integers in buckets that are exact up to 64 and about 3 % wide beyond, in
 * fixed memory. Larger values than 2^31 - 1 count as that.
 */
export class Histogram {
  readonly #counts = new Float64Array(32 * subCount);
  count = 0;
  /** The largest value, exact. */
  max = 0;

  add(value: number): void {
    const clamped = value > largest ? largest : value < 0 ? 0 : Math.round(value);
    this.#counts[bucketOf(clamped)]! += 1;
    this.count++;
    if (value > this.max) this.max = value;
  }

  /** What `absorb` of another histogram takes. */
  snapshot(): HistogramSnapshot {
    const buckets: (readonly [number, number])[] = [];
    for (const [bucket, count] of this.#counts.entries())
      if (count > 0) buckets.push([bucket, count]);
    return { buckets, max: this.max };
  }

  /** Adds all that another histogram has counted. */
  absorb({ buckets, max }: HistogramSnapshot): void {
    for (const [bucket, count] of buckets) {
      this.#counts[bucket]! += count;
      this.count += count;
    }
    if (max > this.max) this.max = max;
  }

  /** The value below or at which the share `quantile` (0 to 1) of all lies; 0 when empty. */
  quantile(quantile: number): number {
    if (this.count === 0) return 0;
    let left = Math.max(1, Math.ceil(this.count * quantile));
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      left -= this.#counts[bucket]!;
      if (left <= 0) return Math.min(highestOf(bucket), this.max);
    }
    return this.max;
  }
}

function bucketOf(value: number): number {
  if (value < 2 * subCount) return value;
  const shift = 31 - Math.clz32(value) - subBits;
  return (shift + 1) * subCount + ((value >>> shift) - subCount);
}

function highestOf(bucket: number): number {
  if (bucket < 2 * subCount) return bucket;
  const shift = Math.floor(bucket / subCount) - 1;
  const low = (subCount + (bucket % subCount)) * 2 ** shift;
  return low + 2 ** shift - 1;
}
