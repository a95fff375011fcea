import type { CaseFile } from '../../record/case-file.ts';
import type { ShrinkRecord } from '../../record/shrink-record.ts';
import { UsageError } from '../../record/usage-error.ts';
import { readCase, shrunkPath, writeCaseTo } from '../case-store.ts';
import type { ScenarioReference } from '../run-contract.ts';
import { type ShrinkOptions, shrinkCase } from './shrink-case.ts';

/** A failure that may be shrunk. */
export interface FailureToShrink {
  /** Its failure key: of each key one case is shrunk, the one with the fewest steps. */
  readonly key: string;
  readonly step: number;
  /** Path of its case file. */
  readonly case: string;
  /** The case itself, where no file of it was written since there are enough of its key. */
  readonly file?: CaseFile;
}

/** How to shrink what a sweep found. */
export interface ShrinkFailuresOptions extends Omit<ShrinkOptions, 'onBest'> {
  /** Real time for each failure key; default 20,000 ms. */
  readonly timeMs?: number;
  /** Real time for all together: no further key is begun after it; default 60,000 ms. */
  readonly totalMs?: number;
}

/** Default of `timeMs` where nobody asked for a shrunk case. */
export const failureShrinkMs = 20_000;
const defaultTotalMs = 60_000;

/**
 * Shrinks one representative of each failure key, in the order given, and writes the result beside
 * its case file (see `shrunkPath`). A case that does not fail alone is left out.
 *
 * @returns a record for each shrunk case; `case` and `shrunk` are its paths
 * @throws HarnessFault when the same case gives another digest
 */
export async function shrinkFailures(
  reference: ScenarioReference,
  failures: readonly FailureToShrink[],
  options: ShrinkFailuresOptions = {},
): Promise<readonly ShrinkRecord[]> {
  const { timeMs = failureShrinkMs, totalMs = defaultTotalMs, ...rest } = options;
  const endMs = performance.now() + totalMs;
  const records: ShrinkRecord[] = [];
  for (const { case: path, file } of representatives(failures)) {
    const leftMs = Math.min(timeMs, endMs - performance.now());
    if (leftMs <= 0 || options.signal?.aborted === true) break;
    try {
      const { record, caseFile } = await shrinkCase(reference, file ?? readCase(path), {
        ...rest,
        timeMs: leftMs,
      });
      const shrunk = shrunkPath(path);
      writeCaseTo(shrunk, caseFile);
      records.push({ ...record, case: path, shrunk });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
  }
  return records;
}

/** The one with the fewest steps of each key. */
function representatives(failures: readonly FailureToShrink[]): readonly FailureToShrink[] {
  const shortest = new Map<string, FailureToShrink>();
  for (const failure of failures) {
    const known = shortest.get(failure.key);
    if (known === undefined || failure.step < known.step) shortest.set(failure.key, failure);
  }
  return [...shortest.values()];
}
