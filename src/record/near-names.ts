/** Those of `names` that a person may have meant by `given`, nearest first, at most three. */
export function nearNames(given: string, names: Iterable<string>): readonly string[] {
  const wanted = given.toLowerCase();
  const allowed = Math.max(2, Math.floor(wanted.length / 3));
  const scored: { name: string; distance: number }[] = [];
  for (const name of names) {
    const candidate = name.toLowerCase();
    const contained = wanted.length > 2 && candidate.includes(wanted);
    const distance = contained ? 1 : editDistance(wanted, candidate);
    if (distance <= allowed) scored.push({ name, distance });
  }
  scored.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return scored.slice(0, 3).map((entry) => entry.name);
}

/** A sentence that offers near names, or all of them when they are few; empty when there is nothing. */
export function didYouMean(given: string, names: Iterable<string>): string {
  const all = [...names];
  const near = nearNames(given, all);
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  if (all.length === 0) return '';
  return all.length <= 12 ? `there are: ${all.join(', ')}` : `there are ${all.length} others`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one text into another. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const now = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(
        last[column]! + 1,
        now[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        from[row - 1] === to[column - 2] &&
        from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, beforeLast[column - 2]! + 1);
      now.push(best);
    }
    beforeLast = last;
    last = now;
  }
  return last[to.length]!;
}
