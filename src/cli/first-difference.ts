/** The first line, from 1, at which a file is not what it should be. */
export interface LineDifference {
  readonly line: number;
  /** Undefined where one of the two has ended, or there is no file. */
  readonly committed: string | undefined;
  readonly computed: string | undefined;
}

/** Compares a file with what it should hold; undefined: they are equal. */
export function firstDifference(
  computed: string,
  committed: string | undefined,
): LineDifference | undefined {
  if (computed === committed) return undefined;
  const right = computed.split('\n');
  const found = committed?.split('\n') ?? [];
  const at = right.findIndex((line, index) => line !== found[index]);
  const index = at < 0 ? right.length : at;
  return { line: index + 1, committed: found[index], computed: right[index] };
}
