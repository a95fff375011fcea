/**
 * The harness itself is at fault: the same seed gave another digest, a rung threw, its books
 * disagree. No verdict of such a run can be believed; the command line exits with 70.
 */
export class HarnessFault extends Error {
  override readonly name = 'HarnessFault';
  /** The seed that showed it, when there is one. */
  readonly seed: number | undefined;
  /** Lines with details, for people. */
  readonly details: readonly string[];

  constructor(message: string, seed?: number, details: readonly string[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.seed = seed;
    this.details = details;
  }
}
