/**
 * Takes away as many items as a condition allows, first in large pieces: without any single one of
 * the rest it no longer holds (Zeller and Hildebrandt 2002, "Simplifying and isolating
 * failure-inducing input", complements only).
 * @param holds whether it holds of what is left; it holds of all items
 */
export function reduce<Item>(
  items: readonly Item[],
  holds: (rest: readonly Item[]) => boolean,
): readonly Item[] {
  let rest = items;
  let size = Math.max(1, rest.length >> 1);
  for (;;) {
    let removed = false;
    // What came first matters least.
    for (let from = 0; from < rest.length; ) {
      const without = [...rest.slice(0, from), ...rest.slice(from + size)];
      if (holds(without)) {
        rest = without;
        removed = true;
      } else {
        from += size;
      }
    }
    if (size > 1) size >>= 1;
    else if (!removed) return rest;
  }
}
