import { type ChoiceRecorder, KeyedChoices } from '../sim/keyed-choices.ts';
import type { WorldObserver } from '../sim/observer.ts';

/**
 * Three words in which a run tells another thread where it is, so that a watchdog can say what does
 * not end: word 0 changes at each slice, word 1 is the last step that began, word 2 the place.
 */
export type Pulse = Int32Array;

/** Bytes of a pulse. */
export const pulseBytes = 12;

/** Where a run is. */
export type Place =
  /** The world looks for the next event. */
  | 'world'
  /** Code of a component runs. */
  | 'handler'
  /** The ladder and other observers look at a step. */
  | 'checks';

const inWorld = 0;
const inHandler = 1;
const inChecks = 2;
const places: readonly Place[] = ['world', 'handler', 'checks'];

export function placeOf(pulse: Pulse): Place {
  return places[pulse[2]!] ?? 'world';
}

/** Choices of a run that has a pulse: the world asks them at the start of each step. */
export class PulsingChoices extends KeyedChoices {
  readonly #pulse: Pulse;

  constructor(
    base: ConstructorParameters<typeof KeyedChoices>[0],
    pulse: Pulse,
    recorder?: ChoiceRecorder,
  ) {
    super(base, recorder);
    this.#pulse = pulse;
  }

  override atStep(step: number): void {
    this.#pulse[1] = step;
    this.#pulse[2] = inHandler;
    super.atStep(step);
  }
}

/** Observers to stand before and after all others. */
export function pulsingObservers(pulse: Pulse): readonly [WorldObserver, WorldObserver] {
  const at = (place: number) => (): void => {
    pulse[2] = place;
  };
  const [first, last] = [at(inChecks), at(inWorld)];
  return [
    { afterStep: first, threw: first },
    { afterStep: last, threw: last },
  ];
}

/** Marks that the run is over and is being judged as a whole. */
export function pulseJudging(pulse: Pulse | undefined, judging: boolean): void {
  if (pulse !== undefined) pulse[2] = judging ? inChecks : inWorld;
}
