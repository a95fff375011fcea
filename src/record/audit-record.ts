/** What kind of contradiction a tracker has. */
export type ContradictionKind =
  | 'two statuses'
  | 'totals'
  | 'complete n of m'
  | 'percentages'
  | 'phase'
  | 'no evidence';

/** A line of a tracker. */
export interface TrackerLine {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** One contradiction of a tracker with itself, with arithmetic or with the evidence. */
export interface Contradiction {
  readonly kind: ContradictionKind;
  /** In one sentence. */
  readonly what: string;
  /** The lines that make it, the first one as the place to look at. */
  readonly lines: readonly TrackerLine[];
}

/** The contradictions of one tracker: a line of `status --audit --json`. */
export interface AuditRecord {
  readonly schema: 'seedstorm-audit/1';
  readonly file: string;
  /** Pieces of work with a status that it has. */
  readonly entries: number;
  readonly contradictions: readonly Contradiction[];
}
