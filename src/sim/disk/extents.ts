/**
 * A set of byte offsets as sorted, disjoint, non-adjacent half-open ranges. Adding at the end, as
 * appends do, costs O(1).
 */
export class Extents {
  /** `from, to, from, to, ...`, ascending. Read it, change it only by the methods. */
  readonly bounds: number[] = [];

  get empty(): boolean {
    return this.bounds.length === 0;
  }

  /** Lowest offset; 0 when empty. */
  get from(): number {
    return this.bounds.length === 0 ? 0 : (this.bounds[0] as number);
  }

  /** End of the last range; 0 when empty. */
  get to(): number {
    const { length } = this.bounds;
    return length === 0 ? 0 : (this.bounds[length - 1] as number);
  }

  clear(): void {
    // Setting the length gives the array's room back, only for `add` to ask for it again.
    if (this.bounds.length > 16) this.bounds.length = 0;
    else while (this.bounds.length > 0) this.bounds.pop();
  }

  add(from: number, to: number): void {
    if (from >= to) return;
    const { bounds } = this;
    const { length } = bounds;
    if (length === 0 || from > (bounds[length - 1] as number)) {
      bounds.push(from, to);
      return;
    }
    if (from >= (bounds[length - 2] as number)) {
      if (to > (bounds[length - 1] as number)) bounds[length - 1] = to;
      return;
    }
    let first = 0;
    while ((bounds[first + 1] as number) < from) first += 2;
    let last = first;
    let low = from;
    let high = to;
    while (last < length && (bounds[last] as number) <= to) {
      low = Math.min(low, bounds[last] as number);
      high = Math.max(high, bounds[last + 1] as number);
      last += 2;
    }
    bounds.splice(first, last - first, low, high);
  }

  remove(from: number, to: number): void {
    if (from >= to || this.bounds.length === 0 || from >= this.to || to <= this.from) return;
    const kept: number[] = [];
    for (let at = 0; at < this.bounds.length; at += 2) {
      const low = this.bounds[at] as number;
      const high = this.bounds[at + 1] as number;
      if (low < from) kept.push(low, Math.min(high, from));
      if (high > to) kept.push(Math.max(low, to), high);
    }
    this.bounds.length = 0;
    for (const bound of kept) this.bounds.push(bound);
  }

  has(offset: number): boolean {
    for (let at = 0; at < this.bounds.length; at += 2) {
      if (offset < (this.bounds[at] as number)) return false;
      if (offset < (this.bounds[at + 1] as number)) return true;
    }
    return false;
  }

  copy(): Extents {
    const copy = new Extents();
    for (const bound of this.bounds) copy.bounds.push(bound);
    return copy;
  }
}
