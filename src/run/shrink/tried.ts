import type { CaseFile } from '../../record/case-file.ts';
import { HarnessFault } from '../../record/harness-fault.ts';
import type { Outcome } from '../../record/run-record.ts';
import { UsageError } from '../../record/usage-error.ts';
import type { NamedChoice } from '../../sim/choices.ts';
import { nodeHost } from '../host.ts';
import { executeCase } from '../run-case.ts';
import type { RunOptions, RunResult } from '../run-contract.ts';
import type { Scenario } from '../scenario-contract.ts';

/** How to try a candidate; plain data. */
export interface TryOptions {
  /** Steps after which it counts as one that does not fail; default: those of the scenario. */
  readonly stepLimit?: number;
  /** Whether the choices that were not calm are wanted. */
  readonly choices?: boolean;
}

/** What became of a candidate: as little as shrinking needs, for it crosses between threads often. */
export interface Tried {
  readonly verdict: Outcome;
  readonly digest: string;
  readonly steps: number;
  readonly virtualUs: number;
  /** Of the failure, when a rung broke. */
  readonly rung?: string;
  readonly step?: number;
  readonly key?: string;
  /** The choices that were not calm, in the order in which they were made, when they were wanted. */
  readonly choices?: readonly NamedChoice[];
  /** Why it could not be run: its settings do not fit together, or the harness stumbled over it. */
  readonly trouble?: string;
}

/** Runs a candidate in this thread. Never throws: a candidate that cannot be run is no candidate. */
export async function tryCase(
  scenario: Scenario,
  file: CaseFile,
  { stepLimit, choices = false }: TryOptions,
  hooks: Pick<RunOptions, 'onSlice' | 'signal' | 'pulse'> = {},
): Promise<Tried> {
  const met: NamedChoice[] = [];
  const options: RunOptions = {
    ...hooks,
    aftermath: false,
    name: file.scenario,
    ...(stepLimit === undefined ? {} : { stepLimit }),
    ...(choices ? { onChoice: (choice) => met.push(choice) } : {}),
  };
  try {
    const result = await executeCase(scenario, file, options, nodeHost);
    return triedOf(result, choices ? met : undefined);
  } catch (error) {
    if (!(error instanceof UsageError) && !(error instanceof HarnessFault)) throw error;
    return troubled(error.message);
  }
}

/** A result with what is not needed left out. */
export function triedOf({ record }: RunResult, choices?: readonly NamedChoice[]): Tried {
  const { verdict, digest, steps, virtualUs, violation } = record;
  const failure =
    violation === undefined
      ? {}
      : { rung: violation.rung, key: violation.key, step: violation.step };
  return {
    verdict,
    digest,
    steps,
    virtualUs,
    ...failure,
    ...(choices === undefined ? {} : { choices }),
  };
}

/** A candidate that could not be run. */
export function troubled(trouble: string): Tried {
  return { verdict: 'inconclusive', digest: '', steps: 0, virtualUs: 0, trouble };
}
