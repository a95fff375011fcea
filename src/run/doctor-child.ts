import { streamOf } from './doctor-run.ts';
import { nodeHost } from './host.ts';
import { loadScenario } from './loader.ts';
import type { RunInput, ScenarioReference } from './run-contract.ts';
import { toPlainError } from './worker-protocol.ts';

/** What a fresh process is asked. */
export interface ChildTask {
  readonly reference: ScenarioReference;
  readonly input: RunInput;
  readonly name: string;
}

process.once('message', (task: ChildTask) => {
  answer(task).then(
    (stream) => process.send?.({ stream }, () => process.disconnect()),
    (error: unknown) => process.send?.({ error: toPlainError(error) }, () => process.disconnect()),
  );
});

async function answer({ reference, input, name }: ChildTask): Promise<unknown> {
  const scenario = await loadScenario(reference);
  return streamOf(scenario, input, { name }, nodeHost);
}
