import type { Claim } from './claims.ts';

/** Where a claim stands; `HELD` alone counts as done. */
export type ClaimState =
  /** It passes, on this tree, with its whole budget, and it was put to the test. */
  | 'HELD'
  /** It passed, on an older tree. */
  | 'STALE'
  /** Nothing is red on this tree, but the budget is not spent or something was never tested. */
  | 'PARTIAL'
  /** Something is red on this tree, or was red when it was last run. */
  | 'FAILING'
  /** A document asserts it, and there is no evidence at all. */
  | 'CLAIMED'
  /** No evidence, and nobody asserts it. */
  | 'NONE';

/** The states, from the best to the emptiest. */
export const claimStates: readonly ClaimState[] = [
  'HELD',
  'STALE',
  'PARTIAL',
  'FAILING',
  'CLAIMED',
  'NONE',
];

/** One claim, and where it stands. */
export interface ClaimStatus {
  readonly claim: Claim;
  readonly state: ClaimState;
  /** Why, in one sentence. */
  readonly reason: string;
  /** Units of its budget that the evidence covers, and all of them: `seeds`, `mutants`, `runs`. */
  readonly budget: { readonly done: number; readonly wanted: number; readonly of: string };
  /** The latest line of evidence that counted. */
  readonly evidence?: {
    readonly at: string;
    readonly commit: string | null;
    readonly command: string;
  };
  /** The command that shows a red one again. */
  readonly replay?: string;
  /** The command that would prove it. */
  readonly prove: string;
}

/** How many claims are in which state. */
export type StateCounts = Readonly<Record<ClaimState, number>>;

/** The status of a project. */
export interface StatusRecord {
  readonly schema: 'seedstorm-status/1';
  readonly title: string;
  readonly claims: readonly ClaimStatus[];
  readonly groups: readonly { readonly name: string; readonly counts: StateCounts }[];
  readonly counts: StateCounts;
}

/** Content hashes of a tree. */
export interface TreeHashes {
  /** Of the harness that would judge it. */
  readonly harness: string;
  /** Of paths that claims name, by `treeKey`. */
  readonly paths: Readonly<Record<string, string>>;
}
