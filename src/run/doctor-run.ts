import type { World } from '../sim/world.ts';
import { prepareRun } from './run-case.ts';
import type { Host, Run, RunInput, RunOptions } from './run-contract.ts';
import type { Scenario } from './scenario-contract.ts';
import { type StepStream, StepStreamRecorder } from './step-stream.ts';

const sliceSteps = 20_000;

/** A run whose every event is taken down. */
export interface RecordedRun {
  readonly run: Run;
  readonly recorder: StepStreamRecorder;
}

/** Prepares a run that takes down each of its events. The ladder is off unless asked for. */
export function prepareRecorded(
  scenario: Scenario,
  input: RunInput,
  options: RunOptions,
  drain: (() => void) | undefined,
): RecordedRun {
  const holder: { world?: World } = {};
  const recorder = new StepStreamRecorder(() => holder.world as World);
  const run = prepareRun(
    scenario,
    input,
    { ladder: false, stopAtFirst: false, ...options, observer: recorder },
    drain,
  );
  holder.world = run.world;
  return { run, recorder };
}

/** Runs to the end and gives the fingerprints of all events. */
export async function streamOf(
  scenario: Scenario,
  input: RunInput,
  options: RunOptions,
  host: Host,
  onSlice?: (steps: number) => void,
): Promise<StepStream> {
  const work: { recorded?: RecordedRun } = {};
  do {
    await host.slice((drain) => {
      work.recorded ??= prepareRecorded(scenario, input, options, drain);
      work.recorded.run.advance(sliceSteps);
    });
    onSlice?.((work.recorded as RecordedRun).run.world.steps);
  } while (!(work.recorded as RecordedRun).run.done);
  return (work.recorded as RecordedRun).recorder.stream();
}

/**
 * Runs several seeds at once in one thread, each stopped at a step of its own, then continued a few
 * steps at a time in turn with the others.
 */
export async function streamsInTurn(
  scenario: Scenario,
  inputs: readonly RunInput[],
  stopAt: readonly number[],
  host: Host,
): Promise<readonly StepStream[]> {
  const recorded: RecordedRun[] = [];
  await host.slice((drain) => {
    for (const [at, input] of inputs.entries()) {
      const one = prepareRecorded(scenario, input, {}, drain);
      one.run.advance(stopAt[at]);
      recorded.push(one);
    }
  });
  while (recorded.some(({ run }) => !run.done)) {
    await host.slice(() => {
      for (const { run } of recorded) if (!run.done) run.advance(997);
    });
  }
  return recorded.map(({ recorder }) => recorder.stream());
}
