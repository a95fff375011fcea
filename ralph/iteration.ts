import { join } from 'node:path';
import type { IterationLog } from './iteration-log.ts';
import type { Journal } from './journal.ts';
import type { JournalEntry } from './journal-record.ts';
import { addEvidence, logName } from './kept-files.ts';
import type { RalphOptions } from './loop-options.ts';
import { type Memory, remember } from './memory.ts';
import type { RunVerb } from './tree-verbs.ts';
import { type Verification, type VerifyContext, verifyRung } from './verify.ts';

type EntryOfIteration = Extract<JournalEntry, { readonly iteration: number }>;
/** A record about an iteration, without its number. */
type OwnEntry = EntryOfIteration extends infer Entry
  ? Entry extends EntryOfIteration
    ? Omit<Entry, 'iteration'>
    : never
  : never;
type RestoredEntry = Extract<JournalEntry, { readonly kind: 'restored' }>;

/** What an iteration is made of. */
export interface IterationParts {
  readonly options: RalphOptions;
  readonly journal: Journal;
  readonly run: string;
  readonly number: number;
  /** Index of the rung in the plan. */
  readonly index: number;
  readonly log: IterationLog;
  readonly verbs: RunVerb;
  /** Hash of the harness that judges. */
  readonly harness: () => string;
}

/** One iteration: its rung, its log, its records. */
export class Iteration {
  readonly options: RalphOptions;
  readonly journal: Journal;
  readonly run: string;
  readonly number: number;
  readonly index: number;
  readonly log: IterationLog;
  readonly verbs: RunVerb;
  readonly harness: () => string;

  constructor(parts: IterationParts) {
    this.options = parts.options;
    this.journal = parts.journal;
    this.run = parts.run;
    this.number = parts.number;
    this.index = parts.index;
    this.log = parts.log;
    this.verbs = parts.verbs;
    this.harness = parts.harness;
  }

  get logName(): string {
    return logName(this.number);
  }

  /** What the journal tells by now. */
  get memory(): Memory {
    return remember(this.journal.records);
  }

  record(entry: OwnEntry | RestoredEntry): void {
    const { kind, ...rest } = entry;
    const whole = kind === 'restored' ? entry : { kind, iteration: this.number, ...rest };
    this.journal.append(this.run, whole as JournalEntry);
  }

  /** Where the patch of an iteration's attempt is kept. */
  patchPath(iteration: number): string {
    return join(this.options.root, 'logs', 'attempts', `iteration-${iteration}.patch`);
  }

  verifyContext(tree: string): VerifyContext {
    const { options, run, verbs, log } = this;
    const { plan, jobs, signal, listener } = options;
    return {
      plan,
      run,
      verbs,
      jobs,
      signal,
      failures: this.memory.failures,
      onStep: (line) => log.write(line),
      onCommand: (command, pid) => listener?.onCommand?.(command, tree, pid),
    };
  }

  /** Puts the rung to the test; evidence from another tree joins that of the project. */
  async verify(tree: string): Promise<Verification> {
    const verification = await verifyRung(tree, this.index, this.verifyContext(tree));
    this.keepEvidence(tree, verification);
    return verification;
  }

  keepEvidence(tree: string, { evidence }: Verification): void {
    if (tree !== this.options.root) addEvidence(this.options.root, evidence);
  }
}
