import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { HarnessFault } from '../record/harness-fault.ts';
import { UsageError } from '../record/usage-error.ts';
import { checkSeed } from './build-case.ts';
import type { ChildTask } from './doctor-child.ts';
import { streamOf, streamsInTurn } from './doctor-run.ts';
import { nodeHost } from './host.ts';
import { loadScenario } from './loader.ts';
import type {
  DoctorCheck,
  DoctorOptions,
  DoctorReport,
  RunInput,
  RunOptions,
  ScenarioReference,
  SeedInput,
} from './run-contract.ts';
import { moduleUrl } from './running-copy.ts';
import type { Scenario } from './scenario-contract.ts';
import { describeStep, firstDifference, type StepStream } from './step-stream.ts';
import { installTrap } from './trap.ts';
import { fromPlainError, type PlainError } from './worker-protocol.ts';
import { WorkerSlot } from './worker-slot.ts';

const batchSize = 10;
const watchdogMs = 60_000;
// Fixed, and so that stops fall at all stages of a run.
const stopShares: readonly number[] = [0.37, 0.05, 0.81, 0.5, 0.13, 0.66, 0.93, 0.24, 0.74, 0.01];

/** One way of running a batch of seeds a second time, in their order. */
interface Way {
  readonly name: string;
  readonly streams: (batch: Batch) => Promise<readonly StepStream[]>;
}

interface Batch {
  readonly inputs: readonly SeedInput[];
  readonly expected: readonly StepStream[];
}

/**
 * Proves that a seed decides everything, or names the first event that something else decided. Each
 * seed is run alone first (in a fresh process when the scenario is given by reference), then in
 * other company, places and manners; fingerprints of every event are compared.
 *
 * @throws UsageError when seeds, settings or the scenario are wrong
 * @example
 * const report = await doctor(pingPong, { seeds: [1, 3] });
 * // report.differences.length => 0
 */
export async function doctor(
  scenario: Scenario | ScenarioReference,
  options: DoctorOptions,
): Promise<DoctorReport> {
  installTrap();
  const [from, to] = options.seeds;
  checkSeed(from);
  checkSeed(to);
  if (from > to) throw new UsageError(`${from}..${to} is an empty range of seeds`, 'seeds');
  const reference = 'moduleUrl' in scenario ? scenario : undefined;
  const loaded = 'moduleUrl' in scenario ? await loadScenario(scenario) : scenario;
  const name = options.name ?? reference?.name ?? 'inline';
  const ways = waysOf(loaded, reference, name);
  const differences: DoctorCheck[] = [];
  let events = 0;
  let seeds = 0;
  for (let first = from; first <= to && !isAborted(options.signal); first += batchSize) {
    const last = Math.min(to, first + batchSize - 1);
    const inputs = inputsOf(first, last, options);
    const expected = await alone(loaded, reference, name, inputs);
    seeds += inputs.length;
    for (const way of ways) {
      if (isAborted(options.signal)) break;
      const actual = await way.streams({ inputs, expected });
      for (const [at, input] of inputs.entries()) {
        events += actual[at]!.fingerprints.length;
        const check = compare(input.seed, way.name, expected[at]!, actual[at]!);
        if (!check.equal) differences.push(check);
        options.onCheck?.(check);
      }
    }
  }
  return { scenario: name, seeds, events, ways: ways.map((way) => way.name), differences };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function inputsOf(first: number, last: number, { settings }: DoctorOptions): SeedInput[] {
  return Array.from({ length: last - first + 1 }, (_, at) => ({
    seed: first + at,
    ...(settings === undefined ? {} : { settings }),
  }));
}

function waysOf(
  scenario: Scenario,
  reference: ScenarioReference | undefined,
  name: string,
): readonly Way[] {
  const each =
    (options: RunOptions = {}) =>
    ({ inputs }: Batch): Promise<readonly StepStream[]> =>
      oneByOne(scenario, inputs, { name, ...options });
  const ways: Way[] = [
    { name: 'one after another', streams: each() },
    {
      name: 'in reverse order',
      streams: async ({ inputs }) =>
        (await oneByOne(scenario, inputs.toReversed(), { name })).toReversed(),
    },
    {
      name: 'stopped and continued in turn',
      streams: ({ inputs, expected }) =>
        streamsInTurn(scenario, inputs, expected.map(stopOf), nodeHost),
    },
    { name: 'paranoid', streams: each({ paranoid: true }) },
    { name: 'rebuilt at each life', streams: each({ rebuild: true }) },
    { name: 'with the ladder', streams: each({ ladder: true }) },
  ];
  if (reference !== undefined) {
    ways.push({
      name: 'in a worker',
      streams: ({ inputs }) => inWorker(reference, inputs, name),
    });
  }
  return ways;
}

function stopOf({ fingerprints }: StepStream, at: number): number {
  return Math.max(1, Math.floor(fingerprints.length * stopShares[at % stopShares.length]!));
}

async function oneByOne(
  scenario: Scenario,
  inputs: readonly RunInput[],
  options: RunOptions,
): Promise<readonly StepStream[]> {
  const streams: StepStream[] = [];
  for (const input of inputs) streams.push(await streamOf(scenario, input, options, nodeHost));
  return streams;
}

async function alone(
  scenario: Scenario,
  reference: ScenarioReference | undefined,
  name: string,
  inputs: readonly SeedInput[],
): Promise<readonly StepStream[]> {
  if (reference === undefined) return oneByOne(scenario, inputs, { name });
  const streams: StepStream[] = [];
  for (const input of inputs) streams.push(await inFreshProcess({ reference, input, name }));
  return streams;
}

function inFreshProcess(task: ChildTask): Promise<StepStream> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(moduleUrl('src/run/doctor-child')), {
      serialization: 'advanced',
    });
    child.once('message', (answer: { stream?: StepStream; error?: PlainError }) => {
      if (answer.stream !== undefined) resolve(answer.stream);
      else reject(fromPlainError(answer.error!));
    });
    child.once('error', reject);
    child.once('exit', (code) => {
      reject(new HarnessFault(`a fresh process ended with exit code ${code}, without an answer`));
    });
    child.send(task);
  });
}

async function inWorker(
  reference: ScenarioReference,
  inputs: readonly RunInput[],
  name: string,
): Promise<readonly StepStream[]> {
  const slot = new WorkerSlot(reference, watchdogMs);
  const streams: StepStream[] = [];
  try {
    for (const input of inputs) {
      await slot.do({ type: 'steps', input, options: { name } }, (piece) => {
        if (piece.type === 'steps') streams.push(piece.stream);
      });
    }
  } finally {
    await slot.close();
  }
  return streams;
}

function compare(seed: number, way: string, expected: StepStream, actual: StepStream): DoctorCheck {
  const step = firstDifference(expected, actual);
  if (step === 0) return { seed, way, equal: true };
  const difference = {
    step,
    expected: describeStep(expected, step),
    actual: describeStep(actual, step),
  };
  return { seed, way, equal: false, difference };
}
