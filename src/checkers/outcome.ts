/** What one look of a rung at one moment says. */
export type Outcome =
  /** The statement was tested on a contested case, and it held. Counts as a premise. */
  | { readonly kind: 'held' }
  /** There was nothing to test. */
  | { readonly kind: 'premise false' }
  | Broken
  /** The check gave up; the rung cannot be green any more. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The values that disagree, and who holds them. */
export interface Broken {
  readonly kind: 'broken';
  /** Indexes of the nodes concerned, the one that stepped first. */
  readonly nodes: readonly number[];
  /** Plain data by name. Hashes are written by `hashText`, so that failure keys ignore their value. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The statement held where it could have failed. */
export const held: Outcome = { kind: 'held' };

/** The statement says nothing about this moment. */
export const premiseFalse: Outcome = { kind: 'premise false' };

/** The statement does not hold. */
export function broken(detail: Omit<Broken, 'kind'>): Broken {
  return { kind: 'broken', nodes: detail.nodes, values: detail.values };
}

/** The check could not decide, for example because its budget of steps is spent. */
export function unknown(reason: string): Outcome {
  return { kind: 'unknown', reason };
}
