/** Directories whose names are kept in order, those that were listed last. */
const mostDirectories = 16;

/**
 * The names of directories in order, for those who list them page by page: made when a directory is
 * listed for the first time, and kept right with each name that comes or goes. Part of no state: it
 * says what the table of names says anyway. Names may be numbers: those of files in the trash.
 */
export class SortedNames<Name extends string | number = string> {
  private readonly keys: (directory: number) => Name[];
  /** That listed last at the end. */
  private readonly kept: Map<number, Name[]> = new Map();

  /** @param keys gives all names of a directory in order: texts in that of their units */
  constructor(keys: (directory: number) => Name[]) {
    this.keys = keys;
  }

  /** So many names behind `after` ('' or 0 for the first), in order. */
  page(directory: number, after: Name, most: number): readonly Name[] {
    const names = this.kept.get(directory) ?? this.keys(directory);
    this.kept.delete(directory);
    this.kept.set(directory, names);
    if (this.kept.size > mostDirectories) this.kept.delete(this.kept.keys().next().value!);
    let from = placeOf(names, after);
    if (names[from] === after) from += 1;
    return names.slice(from, from + most);
  }

  added(directory: number, name: Name): void {
    const names = this.kept.get(directory);
    if (names !== undefined) names.splice(placeOf(names, name), 0, name);
  }

  removed(directory: number, name: Name): void {
    const names = this.kept.get(directory);
    if (names !== undefined) names.splice(placeOf(names, name), 1);
  }
}

/** Where a name stands, or would. */
function placeOf<Name extends string | number>(names: readonly Name[], name: Name): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (names[middle]! < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
