/** How a search goes about it. */
export interface SearchOptions {
  /** Candidates that are tried side by side. The result does not depend on it. */
  readonly width: number;
  /** Whether time is up: then the search ends with what it has. */
  isOver(): boolean;
}

/** How a list is made smaller. */
export interface MinimalOptions<T> extends SearchOptions {
  /** Told of each smaller list that still fails, as soon as it is known. */
  readonly onKept?: (kept: readonly T[]) => void;
}

/** The first of several candidates that is accepted. */
export interface Found<R> {
  readonly at: number;
  readonly result: R;
}

/**
 * Tries candidates 0 to `count - 1`, several side by side, and gives the first that is accepted: the
 * one that trying them one after the other would give.
 *
 * @param attempt undefined: not accepted
 */
export async function firstAccepted<R>(
  count: number,
  attempt: (at: number) => Promise<R | undefined>,
  { width, isOver }: SearchOptions,
): Promise<Found<R> | undefined> {
  const running: Promise<R | undefined>[] = [];
  let next = 0;
  for (let at = 0; at < count; at++) {
    while (next < count && running.length < width && !isOver()) {
      const started = attempt(next++);
      // Those behind an accepted one are never waited for.
      started.catch(() => {});
      running.push(started);
    }
    const oldest = running.shift();
    if (oldest === undefined) return undefined;
    const result = await oldest;
    if (result !== undefined) return { at, result };
  }
  return undefined;
}

/** What is left of a set. */
export interface Minimum<T> {
  readonly items: readonly T[];
  /** Whether each single item was shown to be needed; false when time was up before. */
  readonly isProved: boolean;
}

/**
 * Delta debugging: leaves out larger and then smaller pieces of a list as long as the rest still
 * fails, until no single item can be left out (Zeller and Hildebrandt 2002, with removals only).
 *
 * @param fails whether a part of the list, in its order, still fails: undefined if not, else what of
 * it counts (the part itself, or less when some of it turned out to be of no concern)
 */
export async function minimal<T>(
  items: readonly T[],
  fails: (kept: readonly T[]) => Promise<readonly T[] | undefined>,
  options: MinimalOptions<T>,
): Promise<Minimum<T>> {
  if (items.length === 0) return { items, isProved: true };
  const nothing = await fails([]);
  if (nothing !== undefined) {
    options.onKept?.(nothing);
    return { items: nothing, isProved: true };
  }
  let kept = items;
  let size = Math.ceil(kept.length / 2);
  for (;;) {
    const before = kept;
    kept = await withoutPieces(kept, size, fails, options);
    if (options.isOver()) return { items: kept, isProved: false };
    if (size > 1) size = Math.ceil(size / 2);
    else if (kept === before) return { items: kept, isProved: true };
  }
}

/** Goes once through a list and leaves out each piece of a size without which it still fails. */
async function withoutPieces<T>(
  items: readonly T[],
  size: number,
  fails: (kept: readonly T[]) => Promise<readonly T[] | undefined>,
  options: MinimalOptions<T>,
): Promise<readonly T[]> {
  let kept = items;
  let from = 0;
  while (from < kept.length && !options.isOver()) {
    const list = kept;
    const start = from;
    const found = await firstAccepted(
      Math.ceil((list.length - start) / size),
      (piece) => {
        const at = start + piece * size;
        return fails([...list.slice(0, at), ...list.slice(at + size)]);
      },
      options,
    );
    if (found === undefined) break;
    kept = found.result;
    options.onKept?.(kept);
    from = start + found.at * size;
  }
  return kept;
}
