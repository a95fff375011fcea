import type { Usage } from './agent-report.ts';

/** What became of one call of the agent. Only `repaired` changes the tree that is climbed. */
export type AttemptOutcome =
  /** The rung holds, and nothing below it broke. */
  | 'repaired'
  /** The old failure is gone, another one stands in its place, nothing below broke. */
  | 'partial'
  /** The same failure as before. */
  | 'same failure'
  /** A rung below broke. */
  | 'broke a lower rung'
  /** A planted bug is no longer found. */
  | 'weakened the judge'
  /** The sources cannot be run any more, or a check fails. */
  | 'does not run'
  /** Nothing broke, but not enough was shown either. */
  | 'inconclusive'
  /** Nothing that the agent was allowed to change was changed. */
  | 'no change';

/** A failure that was found while a rung was climbed. */
export interface Failure {
  /** The rung of the plan that it belongs to. */
  readonly rung: string;
  readonly scenario: string;
  readonly set?: Readonly<Record<string, number | string | boolean>> | undefined;
  /** Undefined when a case file, a check or a planted bug showed it. */
  readonly seed?: number | undefined;
  /** The law that broke: its id and title; of a check, the command. */
  readonly law: string;
  readonly title: string;
  /** Groups failures of one cause. */
  readonly fingerprint: string;
}

/** The fields of each kind of record, without those that every record has. */
export type JournalEntry =
  | {
      readonly kind: 'begin';
      readonly plan: string;
      readonly agent: boolean;
      /** The commit that an agent begins from. */
      readonly base?: string | undefined;
    }
  | {
      readonly kind: 'iteration';
      readonly iteration: number;
      readonly rung: string;
      readonly tree: string;
    }
  | {
      readonly kind: 'held';
      readonly iteration: number;
      readonly rung: string;
      readonly definition: string;
      readonly tree: string;
      readonly harness: string;
      readonly seeds: readonly (readonly [from: number, to: number])[];
      /** SHA-256 of the lines of evidence, as `logs/runs.jsonl` has them. */
      readonly evidence: string;
      /** The first 16 digits of the SHA-256 of each. */
      readonly lines: readonly string[];
    }
  | {
      readonly kind: 'red';
      readonly iteration: number;
      readonly tree: string;
      readonly failure: Failure;
    }
  | {
      readonly kind: 'agent';
      readonly iteration: number;
      readonly fingerprint: string;
      readonly attempt: number;
    }
  | { readonly kind: 'outage'; readonly iteration: number; readonly why: string }
  | {
      readonly kind: 'attempt';
      readonly iteration: number;
      readonly fingerprint: string;
      readonly outcome: AttemptOutcome;
      readonly note: string;
      /** Protected paths that the agent changed, and that were put back. */
      readonly undone: readonly string[];
      readonly usage?: Usage | undefined;
      /** A commit with what the agent made of it, when it is worth going on from. */
      readonly partial?: string | undefined;
    }
  | {
      readonly kind: 'commit';
      readonly iteration: number;
      readonly commit: string;
      readonly rung: string;
      readonly evidence: string;
    }
  | {
      readonly kind: 'ended';
      readonly iteration: number;
      readonly decision: string;
      readonly log: string;
      readonly sha256: string;
      readonly wallMs: number;
    }
  /** An iteration that a crash cut off, with the hash of what it left of its log. */
  | {
      readonly kind: 'lost';
      readonly iteration: number;
      readonly log: string;
      readonly sha256: string | null;
    }
  /** Files of the loop that somebody else had changed. */
  | { readonly kind: 'restored'; readonly files: readonly string[] }
  | { readonly kind: 'torn'; readonly bytes: number }
  | { readonly kind: 'end'; readonly verdict: string; readonly why: string };

/** A line of `ralph/journal.jsonl`. */
export type JournalRecord = JournalEntry & {
  /** Counts from 1. */
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  /** The run of the loop that wrote it; a run that was cut off is continued under its name. */
  readonly run: string;
  /** Hash of the record before. */
  readonly prev: string;
  /** SHA-256 of this record without this field. */
  readonly hash: string;
};
