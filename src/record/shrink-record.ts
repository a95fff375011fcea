/** How large a case is. */
export interface CaseSize {
  readonly nodes: number;
  readonly clients: number;
  /** Entries of the fault plan. */
  readonly faults: number;
  /** Intents of the clients. */
  readonly operations: number;
  /** Choices that were not calm up to the failure. */
  readonly choices: number;
  /** Settings that are not at their calm value; the number of nodes is not among them. */
  readonly settings: number;
}

/** What shrinking made of a case: what `shrink --json` prints. */
export interface ShrinkRecord {
  readonly schema: 'seedstorm-shrink/1';
  readonly scenario: string;
  readonly rung: string;
  /** The failure key, which every accepted candidate had. */
  readonly key: string;
  /** The key that the case file told of, when the code of today fails otherwise. */
  readonly keyBefore?: string;
  /**
   * Whether no single fault, operation, choice or setting can be taken away: shown by trying each.
   * False when time was up before.
   */
  readonly minimal: boolean;
  /** Why it ended before that. */
  readonly ended?: 'time' | 'interrupted';
  readonly before: CaseSize;
  readonly after: CaseSize;
  /** Faults, operations and choices together: by how much they became fewer, per cent. */
  readonly reductionPercent: number;
  /** Steps of the run before and after. */
  readonly steps: readonly [before: number, after: number];
  /** Candidates that were run, and those that broke with another key. */
  readonly candidates: number;
  readonly otherKeys: Readonly<Record<string, number>>;
  readonly wallMs: number;
  /** Digest of the shrunk run, equal in a last run of its own. */
  readonly digest: string;
  /** Length of the case file. */
  readonly bytes: number;
  /** Paths of the case that was shrunk and of what came of it. */
  readonly case?: string;
  readonly shrunk?: string;
}
