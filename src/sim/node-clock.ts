const million = 1_000_000;

/**
 * The two clocks of one node as functions of true time: piecewise linear, bent whenever the nemesis
 * touches them. The monotonic clock has a rate error and stands still while suspended; the wall
 * clock is the monotonic one plus an offset that may jump, or a frozen reading.
 */
export class NodeClock {
  #sinceUs = 0;
  #readingUs = 0;
  #partsPerMillion: number;
  #suspended = false;
  #wallOffsetUs: number;
  #frozenWallUs: number | undefined;

  constructor(partsPerMillion: number, wallOffsetUs: number) {
    this.#partsPerMillion = partsPerMillion;
    this.#wallOffsetUs = wallOffsetUs;
  }

  get partsPerMillion(): number {
    return this.#partsPerMillion;
  }

  monotonicUs(trueUs: number): number {
    return this.#suspended ? this.#readingUs : this.#runningUs(trueUs);
  }

  /**
   * The first true time at which the monotonic clock reads at least this, if nothing bends it; of a
   * suspended clock, as if it ran on.
   */
  trueTimeOf(monotonicUs: number): number {
    const ahead = monotonicUs - this.#readingUs;
    if (ahead <= 0) return this.#sinceUs;
    if (this.#partsPerMillion === 0) return this.#sinceUs + ahead;
    let guess = Math.floor((ahead * million) / (million + this.#partsPerMillion));
    while (this.#runningUs(this.#sinceUs + guess) < monotonicUs) guess++;
    return this.#sinceUs + guess;
  }

  wallUs(trueUs: number): number {
    return this.#frozenWallUs ?? this.monotonicUs(trueUs) + this.#wallOffsetUs;
  }

  /** A new life counts from another start, while the time of day goes on. */
  restart(trueUs: number, readingUs: number): void {
    this.resume(trueUs);
    const wallUs = this.monotonicUs(trueUs) + this.#wallOffsetUs;
    this.#sinceUs = trueUs;
    this.#readingUs = readingUs;
    this.#wallOffsetUs = wallUs - readingUs;
  }

  drift(trueUs: number, partsPerMillion: number): void {
    this.#bend(trueUs);
    this.#partsPerMillion = partsPerMillion;
  }

  suspend(trueUs: number): void {
    this.#bend(trueUs);
    this.#suspended = true;
  }

  /** The monotonic clock goes on from where it stood; the wall clock has caught up from outside. */
  resume(trueUs: number): void {
    if (!this.#suspended) return;
    this.#suspended = false;
    this.#wallOffsetUs += trueUs - this.#sinceUs;
    this.#sinceUs = trueUs;
  }

  stepWall(byUs: number): void {
    this.#wallOffsetUs += byUs;
    if (this.#frozenWallUs !== undefined) this.#frozenWallUs += byUs;
  }

  freezeWall(trueUs: number, frozen: boolean): void {
    this.#frozenWallUs = frozen ? this.wallUs(trueUs) : undefined;
  }

  #runningUs(trueUs: number): number {
    const elapsed = trueUs - this.#sinceUs;
    if (this.#partsPerMillion === 0) return this.#readingUs + elapsed;
    return this.#readingUs + elapsed + Math.floor((elapsed * this.#partsPerMillion) / million);
  }

  #bend(trueUs: number): void {
    this.#readingUs = this.monotonicUs(trueUs);
    if (!this.#suspended) this.#sinceUs = trueUs;
  }
}

/** 0, 1, -1, 2, -2, ...: a range around zero in which calm, the middle, comes first. */
export function aroundZero(index: number): number {
  return index % 2 === 1 ? (index + 1) / 2 : -index / 2;
}
