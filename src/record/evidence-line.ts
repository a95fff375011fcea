import type { Outcome } from './run-record.ts';

/** One line of `logs/runs.jsonl`: a sweep, and the code that it judged. */
export interface EvidenceLine {
  readonly schema: 'seedstorm-evidence/1';
  /** When it was written, ISO 8601. */
  readonly at: string;
  readonly version: string;
  readonly node: string;
  /** Null outside of a checkout. */
  readonly commit: string | null;
  /** Whether the sources differed from that commit. */
  readonly dirty: boolean;
  /** Hash of the content of each folder that claims are about, without tests. */
  readonly hashes: Readonly<Record<string, string>>;
  readonly scenario: string;
  readonly from: number;
  readonly to: number;
  readonly held: number;
  readonly broken: number;
  readonly inconclusive: number;
  readonly verdict: Outcome;
  readonly reasons: readonly string[];
  readonly digest: string;
  readonly steps: number;
  readonly wallMs: number;
  readonly newStatesPer1000: number;
  /** How often the premise of each rung held. */
  readonly rungs: Readonly<Record<string, number>>;
}
