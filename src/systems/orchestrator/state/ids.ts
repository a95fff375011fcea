/**
 * The id of an object: the term and index of the entry that made it, and its number among those that
 * the entry made. An index is in the log once, so no id comes twice, and no chance is needed.
 */
export function makeId(term: number, index: number, number: number): string {
  return `${term}-${index}-${number}`;
}

/** The log index in an id; NaN in what is none. */
export function indexOfId(id: string): number {
  return Number(id.split('-')[1] ?? Number.NaN);
}
