import vm from 'node:vm';
import { leave } from '../sim/current.ts';
import { buildCase } from './build-case.ts';
import { nodeHost } from './host.ts';
import { executeCase } from './run-case.ts';
import type { Host, RunInput, RunOptions, RunResult } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';
import { unfinishedResult } from './seed-report.ts';
import { installTrap } from './trap.ts';

/** How to run under a watch. */
export interface WatchedOptions extends RunOptions {
  /** Milliseconds that one slice of the run may take before it counts as hung; default 20,000. */
  readonly watchdogMs?: number;
}

const defaultWatchdogMs = 20_000;
const handoff: unique symbol = Symbol.for('seedstorm.slice');
const script: vm.Script = new vm.Script('globalThis[Symbol.for("seedstorm.slice")]()');

/**
 * Runs one case in this thread, and yet stops a handler that never returns: each slice is called
 * through a script, whose execution V8 ends from outside. It spares the start of a worker, and
 * Ctrl-C works even while a handler hangs.
 *
 * @throws UsageError when the input does not fit the scenario
 * @throws HarnessFault when the harness itself is at fault
 */
export async function runWatched(
  scenario: Scenario,
  input: RunInput,
  options: WatchedOptions = {},
): Promise<RunResult> {
  installTrap();
  const { watchdogMs = defaultWatchdogMs, onSlice, ...rest } = options;
  let lastSteps = 0;
  const runOptions: RunOptions = {
    ...rest,
    onSlice: (steps) => {
      lastSteps = steps;
      onSlice?.(steps);
    },
  };
  try {
    return await executeCase(scenario, input, runOptions, watchedHost(watchdogMs));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const hung = code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
    if (!hung && code !== 'ERR_SCRIPT_EXECUTION_INTERRUPTED') throw error;
    // The component was cut off inside a step of its node.
    leave();
    const file = buildCase(scenario, input, options.name ?? 'inline');
    const seconds = Math.round(watchdogMs / 100) / 10;
    return hung
      ? unfinishedResult(file, 'hung', `a handler did not return within ${seconds} s`, lastSteps)
      : unfinishedResult(file, 'died', 'stopped by hand', lastSteps);
  }
}

function watchedHost(watchdogMs: number): Host {
  const options = { timeout: watchdogMs, breakOnSigint: true, displayErrors: false };
  return {
    nowMs: () => nodeHost.nowMs(),
    slice<T>(work: (drain: (() => void) | undefined) => T): Promise<T> {
      return nodeHost.slice((drain) => {
        const holder = globalThis as { [handoff]?: () => T };
        holder[handoff] = () => work(drain);
        try {
          return script.runInThisContext(options) as T;
        } finally {
          delete holder[handoff];
        }
      });
    },
  };
}
