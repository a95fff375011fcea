import type { Step, WorldObserver } from '../sim/observer.ts';
import type { World } from '../sim/world.ts';

/** Every event of a run by its fingerprint, and what it was: enough to name the first that differs. */
export interface StepStream {
  /** Fingerprint of all that had happened when the step was over. */
  readonly fingerprints: Int32Array;
  readonly timesUs: Float64Array;
  /** Node, incarnation, cause and what it was about, as a number into `names`. */
  readonly labels: Int32Array;
  readonly names: readonly string[];
  readonly digest: string;
}

/** Takes down each step of a world. */
export class StepStreamRecorder implements WorldObserver {
  readonly #world: () => World;
  readonly #fingerprints: number[] = [];
  readonly #timesUs: number[] = [];
  readonly #labels: number[] = [];
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(world: () => World) {
    this.#world = world;
  }

  afterStep(step: Step): void {
    const world = this.#world();
    const at = step.index - 1;
    this.#fingerprints[at] = world.fingerprint;
    this.#timesUs[at] = step.timeUs;
    const what = world.trace.step(step.index)?.what ?? '';
    const from = step.from < 0 ? '' : ` from ${world.nodeId(step.from)}`;
    const label = `${world.nodeId(step.node)} (life ${step.incarnation}) ${step.cause} ${what}${from}`;
    let number = this.#numbers.get(label);
    if (number === undefined) {
      number = this.#names.push(label) - 1;
      this.#numbers.set(label, number);
    }
    this.#labels[at] = number;
  }

  /** The stream so far. Steps that ended a life by an error have no entry of their own. */
  stream(): StepStream {
    const count = this.#fingerprints.length;
    const fingerprints = new Int32Array(count);
    const timesUs = new Float64Array(count);
    const labels = new Int32Array(count).fill(-1);
    for (let at = 0; at < count; at++) {
      fingerprints[at] = this.#fingerprints[at] ?? 0;
      timesUs[at] = this.#timesUs[at] ?? 0;
      labels[at] = this.#labels[at] ?? -1;
    }
    return { fingerprints, timesUs, labels, names: this.#names, digest: this.#world().digest };
  }
}

/** The first step, from 1, at which two streams differ; 0 when they are equal. */
export function firstDifference(first: StepStream, second: StepStream): number {
  const common = Math.min(first.fingerprints.length, second.fingerprints.length);
  for (let at = 0; at < common; at++) {
    if (first.fingerprints[at] !== second.fingerprints[at]) return at + 1;
  }
  if (first.fingerprints.length !== second.fingerprints.length) return common + 1;
  return first.digest === second.digest ? 0 : common + 1;
}

/** A step in words; undefined when the run had ended. */
export function describeStep(stream: StepStream, step: number): string | undefined {
  const label = stream.labels[step - 1];
  if (label === undefined) return undefined;
  const name = label < 0 ? 'a step that ended in an error' : stream.names[label]!;
  const print = (stream.fingerprints[step - 1]! >>> 0).toString(16).padStart(8, '0');
  return `${name.trim()} at ${stream.timesUs[step - 1]} us, fingerprint ${print}`;
}
