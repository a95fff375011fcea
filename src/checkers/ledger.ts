import type { Lifecycle, Step } from '../sim/observer.ts';
import type { LadderOptions, Phase } from './ladder-contract.ts';
import type { Broken } from './outcome.ts';
import type { Moment } from './rung.ts';

/** Reports a law that an audit found broken: id of the rung, and what disagrees. */
export type NoteBroken = (rung: string, what: Broken) => void;

/**
 * The ghost state of one run, shared by all rungs of a system and written by nobody else. It is
 * brought up to date once per event, before the rungs look; each method returns the bits (from
 * `TriggerBits`) of what the event changed, 0 when no rung needs to wake.
 *
 * It never believes what a system says about itself: it reads states, messages and disk bytes.
 */
export interface Ledger<M extends Moment> {
  /** What the rungs see, valid until the next event. */
  readonly moment: M;
  afterStep(step: Step): number;
  promised(node: number, file: string, from: number, to: number): number;
  directoryPromised(node: number, directory: string): number;
  lifecycle(node: number, what: Lifecycle, timeUs: number): number;
  phase(phase: Phase, timeUs: number): number;
  threw(node: number, error: unknown, timeUs: number): number;
  /** The run no longer moves: a handler that never returns, or a livelock. */
  stuck(reason: string, timeUs: number): number;
  finish(): number;
  /**
   * Rebuilds every derived fact about a node (all nodes without one) from whole states and bytes,
   * and tests the laws on it naively. Returns what of the ghost state disagrees; undefined: nothing.
   */
  audit(node: number | undefined, note: NoteBroken): string | undefined;
}

/** Bit of each trigger, by name. */
export type TriggerBits<Name extends string = string> = Readonly<Record<Name, number>>;

/** What a system gives to have a ladder. */
export interface LedgerDefinition<M extends Moment> {
  readonly triggers: TriggerBits;
  begin(options: LadderOptions): Ledger<M>;
}

/** Numbers the triggers of a system. At most 31, so that a set of them is one small integer. */
export function triggerBits<const Name extends string>(names: readonly Name[]): TriggerBits<Name> {
  if (names.length > 31) throw new RangeError(`31 triggers at most, got ${names.length}`);
  const bits = {} as Record<Name, number>;
  for (const [position, name] of names.entries()) bits[name] = 1 << position;
  return bits;
}
