/** What is known of a fault of the harness beside its message. */
export interface HarnessFaultOptions {
  /** The seed that showed it. */
  readonly seed?: number | undefined;
  /** Lines with details, for people. */
  readonly details?: readonly string[] | undefined;
  /** The error behind it. */
  readonly cause?: unknown;
}

/**
 * The harness itself is at fault: the same seed gave another digest, a rung threw, its books
 * disagree. No verdict of such a run can be believed; the command line exits with 70.
 */
export class HarnessFault extends Error {
  override readonly name = 'HarnessFault';
  readonly seed: number | undefined;
  readonly details: readonly string[];

  constructor(message: string, options: HarnessFaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.seed = options.seed;
    this.details = options.details ?? [];
  }
}
