import type { CaseFile } from '../record/case-file.ts';
import { buildCase } from './build-case.ts';
import { loadScenario } from './loader.ts';
import type { RunInput, RunOptions, RunResult, ScenarioReference } from './run-contract.ts';
import { unfinishedResult } from './seed-report.ts';
import type { PlainRunOptions } from './worker-protocol.ts';
import { WorkerLost, WorkerSlot } from './worker-slot.ts';

/** How to run in a worker; observers cannot be sent there. */
export interface IsolatedOptions extends Omit<RunOptions, 'observer' | 'pulse' | 'onChoice'> {
  /** Milliseconds without a sign of life after which the run counts as hung; default 20,000. */
  readonly watchdogMs?: number;
}

const defaultWatchdogMs = 20_000;

/**
 * Runs one case in a worker thread, so that a handler that never returns can be stopped: it breaks
 * rung I1. Aborting gives what is known so far, as inconclusive.
 *
 * @throws UsageError when the scenario or the input is wrong
 * @throws HarnessFault when the harness itself is at fault
 */
export async function runIsolated(
  reference: ScenarioReference,
  input: RunInput,
  options: IsolatedOptions = {},
): Promise<RunResult> {
  const { onEvent, onSlice: _, signal, watchdogMs = defaultWatchdogMs, ...rest } = options;
  const plain: PlainRunOptions = { name: reference.name, ...rest };
  const slot = new WorkerSlot(reference, watchdogMs);
  const stop = (): void => void slot.close();
  signal?.addEventListener('abort', stop);
  let result: RunResult | undefined;
  try {
    if (signal?.aborted !== true) {
      const task = { type: 'run', input, options: plain, events: onEvent !== undefined } as const;
      await slot.do(task, (piece) => {
        if (piece.type === 'result') result = piece.result;
        else if (piece.type === 'events') for (const event of piece.events) onEvent?.(event);
      });
    }
  } catch (error) {
    if (!(error instanceof WorkerLost)) throw error;
    const file = await caseOf(reference, input, plain);
    result = unfinishedResult(file, error.how, error.message, error.steps);
  } finally {
    signal?.removeEventListener('abort', stop);
    await slot.close();
  }
  if (result !== undefined) return result;
  const file = await caseOf(reference, input, plain);
  return unfinishedResult(file, 'died', 'stopped by hand', 0);
}

async function caseOf(
  reference: ScenarioReference,
  input: RunInput,
  options: PlainRunOptions,
): Promise<CaseFile> {
  const scenario = await loadScenario(reference);
  return buildCase(scenario, input, options.name ?? reference.name);
}
