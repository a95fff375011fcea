import type { RunInput, RunOptions, RunResult, ScenarioReference } from '../run/run-contract.ts';

/**
 * Runs in a worker, so that a handler that never returns can be stopped. Undefined when a person
 * ended it before there was anything to tell.
 */
export async function isolatedRun(
  reference: ScenarioReference,
  input: RunInput,
  options: RunOptions,
): Promise<RunResult | undefined> {
  const { runIsolated } = await import('../run/isolated.ts');
  try {
    return await runIsolated(reference, input, { name: reference.name, ...options });
  } catch (error) {
    if (options.signal?.aborted === true) return undefined;
    throw error;
  }
}
