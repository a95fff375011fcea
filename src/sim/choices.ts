/**
 * Whatever can vary in a run is a named choice. A choice is an index into a finite domain of which
 * index 0 is calm: no drop, typical latency, first in first out, no fault.
 *
 * Its value is a pure function of the salt of its stream, its point, its content key and the
 * number of times that this key was met before. So calming one choice leaves the others alone.
 */
export interface Choices {
  /**
   * The stream with this name (`net/n1>n2`, `disk/n3`, `node/n2`, `client/c1`, `plan`).
   * Asking twice gives the same stream.
   */
  stream(name: string): Stream;
  /** Told by the world at each step, so that salts can change from a step on. */
  atStep(step: number): void;
}

/** One independent source of choices. */
export interface Stream {
  readonly name: string;
  /**
   * A uniform index from 0 to `size - 1`; 0 when calm.
   * @param point what is decided; made once by `choicePoint`
   * @param key the content key: which message, which timer, which write
   */
  below(point: ChoicePoint, key: number, size: number): number;
  /** 1 with probability `perMillion` / 1,000,000, else 0; 0 when calm. */
  chance(point: ChoicePoint, key: number, perMillion: number): 0 | 1;
  /**
   * A uniform index that is not calm at 0 but at an arbitrary fixed value per (name, point, key,
   * occurrence): for a component's own randomness, where "all nodes draw 0" would be no calm.
   */
  spread(point: ChoicePoint, key: number, size: number): number;
}

/** A registered name of a decision. `hash` depends on the name alone, never on registration order. */
export interface ChoicePoint {
  readonly name: string;
  readonly hash: number;
}

/** One choice by name, as case files keep it. */
export interface NamedChoice {
  readonly stream: string;
  readonly point: string;
  readonly key: number;
  readonly occurrence: number;
  /** The index chosen; 0 is calm (for `spread`: any index). */
  readonly value: number;
}

/** What decides the choices of a run. */
export type ChoiceBase =
  /** Everything from one seed, but for the overrides. */
  | {
      readonly kind: 'seed';
      /** Integer from 0 to 2^53 - 1. */
      readonly seed: number;
      readonly overrides: readonly NamedChoice[];
      /** Salts from a step on: a fork of the run. Pairs of (step, salt), steps ascending, without step 0. */
      readonly forks: readonly (readonly [step: number, salt: number])[];
    }
  /** Everything calm, but for the list. */
  | { readonly kind: 'calm'; readonly list: readonly NamedChoice[] };
