import type { StepCause } from './observer.ts';

const causes: readonly StepCause[] = ['start', 'message', 'timer', 'disk', 'release'];

/** One line of the trace. */
export interface TracedStep {
  readonly step: number;
  readonly timeUs: number;
  readonly node: number;
  readonly incarnation: number;
  readonly cause: StepCause;
  /** Message kind, timer name, or disk operation. */
  readonly what: string;
  /** Sender of the message; -1 when there is none. */
  readonly from: number;
  /** The step whose output led to this one; 0 when the world itself did. */
  readonly causeStep: number;
}

/**
 * The last steps of a run in typed arrays: cheap enough to be always on, so that a failure can
 * name what led to it.
 */
export class RingTrace {
  readonly #capacity: number;
  readonly #time: Float64Array;
  readonly #node: Int16Array;
  readonly #incarnation: Int32Array;
  readonly #cause: Uint8Array;
  /** The texts themselves: a look-up of their numbers for each step would cost more. */
  readonly #what: string[];
  readonly #from: Int16Array;
  readonly #causeStep: Float64Array;
  #last = 0;

  /** @param capacity how many steps are kept; a power of two */
  constructor(capacity: number = 4096) {
    this.#capacity = capacity;
    this.#time = new Float64Array(capacity);
    this.#node = new Int16Array(capacity);
    this.#incarnation = new Int32Array(capacity);
    this.#cause = new Uint8Array(capacity);
    this.#what = [];
    this.#from = new Int16Array(capacity);
    this.#causeStep = new Float64Array(capacity);
  }

  record(
    step: number,
    timeUs: number,
    node: number,
    incarnation: number,
    cause: number,
    what: string,
    from: number,
    causeStep: number,
  ): void {
    const at = step & (this.#capacity - 1);
    this.#time[at] = timeUs;
    this.#node[at] = node;
    this.#incarnation[at] = incarnation;
    this.#cause[at] = cause;
    this.#what[at] = what;
    this.#from[at] = from;
    this.#causeStep[at] = causeStep;
    this.#last = step;
  }

  /** A step that is still in the ring. */
  step(step: number): TracedStep | undefined {
    if (step < 1 || step > this.#last || step <= this.#last - this.#capacity) return undefined;
    const at = step & (this.#capacity - 1);
    return {
      step,
      timeUs: this.#time[at] as number,
      node: this.#node[at] as number,
      incarnation: this.#incarnation[at] as number,
      cause: causes[this.#cause[at] as number] as StepCause,
      what: this.#what[at] as string,
      from: this.#from[at] as number,
      causeStep: this.#causeStep[at] as number,
    };
  }

  /** The chain of causes that ends in a step, oldest first, as far back as the ring goes. */
  causesOf(step: number, most: number): TracedStep[] {
    const chain: TracedStep[] = [];
    let traced = this.step(step);
    while (traced !== undefined && chain.length < most) {
      chain.push(traced);
      traced = traced.causeStep < traced.step ? this.step(traced.causeStep) : undefined;
    }
    return chain.reverse();
  }
}

/** Numbers of the causes, for `record`. */
export const causeNumber: Readonly<Record<StepCause, number>> = {
  start: 0,
  message: 1,
  timer: 2,
  disk: 3,
  release: 4,
};

/** The cause with this number. */
export function causeOf(number: number): StepCause {
  return causes[number] as StepCause;
}
