import type { AttemptOutcome, Failure, JournalRecord } from './journal-record.ts';

/** An attempt of an agent, as later ones are told of it. */
export interface PastAttempt {
  readonly run: string;
  readonly iteration: number;
  readonly fingerprint: string;
  readonly outcome: AttemptOutcome;
  readonly note: string;
  readonly undone: readonly string[];
}

/** The run that is under way, or the last one. */
export interface RunSoFar {
  readonly id: string;
  /** The commit that an agent began from. */
  readonly base: string | undefined;
  /** The last commit on the loop's own branch. */
  readonly green: string | undefined;
  /** A commit that repairs a part, to go on from. */
  readonly partial: string | undefined;
  /** False: it was cut off and has to be continued. */
  readonly ended: boolean;
  /** Iterations that came to their end. */
  readonly iterations: number;
  readonly wallMs: number;
  readonly tokens: number;
  readonly costUsd: number;
}

/** All that a journal tells. */
export interface Memory {
  readonly nextIteration: number;
  readonly run: RunSoFar | undefined;
  /** An iteration that began and did not end. */
  readonly open: number | undefined;
  /** Which rungs were held by which code (see `heldKey`), and the lines of evidence that say so. */
  readonly held: ReadonlyMap<string, readonly string[]>;
  readonly attempts: readonly PastAttempt[];
  /** Failures of the past, the oldest first, each scenario and seed once. */
  readonly failures: readonly Failure[];
  /** Hash of each log that was closed, by its name. */
  readonly logs: ReadonlyMap<string, string>;
}

/** What a rung was held for: its definition, the tree, the harness. */
export function heldKey(of: {
  readonly rung: string;
  readonly definition: string;
  readonly tree: string;
  readonly harness: string;
}): string {
  return [of.rung, of.definition, of.tree, of.harness].join(' ');
}

/** Makes of the records of a journal what the loop has to know: a pure function. */
export function remember(records: readonly JournalRecord[]): Memory {
  const held = new Map<string, readonly string[]>();
  const attempts: PastAttempt[] = [];
  const failures = new Map<string, Failure>();
  const logs = new Map<string, string>();
  let nextIteration = 1;
  let open: number | undefined;
  let run: RunSoFar | undefined;
  for (const record of records) {
    if (record.kind === 'iteration') {
      nextIteration = Math.max(nextIteration, record.iteration + 1);
      open = record.iteration;
    } else if (record.kind === 'ended' || record.kind === 'lost') {
      open = undefined;
      if (record.sha256 !== null) logs.set(record.log, record.sha256);
    } else if (record.kind === 'held') {
      held.set(heldKey(record), record.lines);
    } else if (record.kind === 'red') {
      const { failure } = record;
      const set = JSON.stringify(failure.set ?? {});
      if (failure.seed !== undefined) {
        failures.set(`${failure.scenario} ${failure.seed} ${set}`, failure);
      }
    } else if (record.kind === 'attempt') {
      const { iteration, fingerprint, outcome, note, undone } = record;
      attempts.push({ run: record.run, iteration, fingerprint, outcome, note, undone });
    }
    run = nextRun(run, record);
  }
  return { nextIteration, run, open, held, attempts, failures: [...failures.values()], logs };
}

function nextRun(run: RunSoFar | undefined, record: JournalRecord): RunSoFar | undefined {
  if (record.kind === 'begin') {
    return {
      id: record.run,
      base: record.base,
      green: undefined,
      partial: undefined,
      ended: false,
      iterations: 0,
      wallMs: 0,
      tokens: 0,
      costUsd: 0,
    };
  }
  if (run === undefined) return undefined;
  switch (record.kind) {
    case 'ended':
      return { ...run, iterations: run.iterations + 1, wallMs: run.wallMs + record.wallMs };
    case 'attempt': {
      const { usage, partial = run.partial } = record;
      const tokens = run.tokens + (usage?.tokens ?? 0);
      const costUsd = run.costUsd + (usage?.costUsd ?? 0);
      return { ...run, tokens, costUsd, partial };
    }
    case 'commit':
      return { ...run, green: record.commit, partial: undefined };
    case 'end':
      return { ...run, ended: true };
    default:
      return run;
  }
}

/** How often the agent of a run has tried in vain to mend a failure. */
export function attemptsAt(memory: Memory, run: string, fingerprint: string): number {
  return memory.attempts.filter(
    (attempt) =>
      attempt.run === run && attempt.fingerprint === fingerprint && attempt.outcome !== 'repaired',
  ).length;
}
