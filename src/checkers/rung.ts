import type { Message } from '../sim/message.ts';
import type { RungInfo } from './ladder-contract.ts';
import type { Outcome } from './outcome.ts';

/**
 * What every rung may look at. A system's ledger extends it with its own facts. One object per run,
 * reused: copy what must outlive a check.
 */
export interface Moment {
  /** The message that made the rung look, for the watches `send:` and `receive:`; else undefined. */
  message: Message | undefined;
  /** The other end of that message: index of the receiver (`send:`) or the sender (`receive:`). */
  peer: number;
}

/**
 * One law. The fields that people read come first and say what is true; `check` says how it is seen.
 *
 * @typeParam M what the system's ledger shows
 * @typeParam G what this rung remembers of one run, beyond the ledger
 */
export interface Rung<M extends Moment, G = undefined> extends RungInfo {
  /**
   * What makes the rung look: names of the ledger's triggers, or `send:<kind>` and
   * `receive:<kind>` for messages of the node that steps. It is asleep otherwise.
   */
  readonly watches: readonly string[];
  /** Fresh memory for one run. */
  readonly ghost?: () => G;
  check(moment: M, ghost: G): Outcome;
}

/** A rung whose memory is of no concern to the one who holds it. */
// biome-ignore lint/suspicious/noExplicitAny: rungs with different memories stand in one list
export type AnyRung<M extends Moment> = Rung<M, any>;

/** A rare state that sweeps want to have reached; nothing is wrong when it is not. */
export interface Probe<M extends Moment, G = undefined> {
  readonly name: string;
  readonly watches: readonly string[];
  readonly ghost?: () => G;
  /** Whether the state is reached just now. Counted in the storm only. */
  seen(moment: M, ghost: G): boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: as AnyRung
export type AnyProbe<M extends Moment> = Probe<M, any>;

/**
 * Defines a rung.
 *
 * @example
 * export const oneLeader = rung<RaftMoment, Map<number, number>>({
 *   id: 'I20',
 *   title: 'election safety',
 *   statement: 'At most one node ever wins the election of a term.',
 *   source: 'Ongaro and Ousterhout 2014, figure 3',
 *   kind: 'always',
 *   owedUnder: 'noticeable damage',
 *   watches: ['won'],
 *   ghost: () => new Map(),
 *   check({ node, term }, winners) {
 *     const other = winners.get(term) ?? node;
 *     winners.set(term, other);
 *     return other === node ? held : broken({ nodes: [node, other], values: { term } });
 *   },
 * });
 */
export function rung<M extends Moment, G = undefined>(definition: Rung<M, G>): Rung<M, G> {
  if (definition.watches.length === 0) {
    throw new TypeError(`rung ${definition.id} watches nothing: it would never look`);
  }
  return definition;
}

/** Defines a probe. */
export function probe<M extends Moment, G = undefined>(definition: Probe<M, G>): Probe<M, G> {
  if (definition.watches.length === 0) {
    throw new TypeError(`probe ${definition.name} watches nothing: it would never be seen`);
  }
  return definition;
}
