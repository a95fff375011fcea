import type { HistoryOperation } from './operation.ts';

/**
 * Laws of a model that let a search give up early. All answers may err on the side of "possible".
 *
 * Some operations *demand* a state (a read its answer, a swap what it expects); some *supply* one,
 * whatever was there (a write its value, a swap its new value); all others lead from a state only to
 * states that it `reaches`.
 */
export interface Pruning<State> {
  /** The state in which alone a certain operation, or an uncertain one with effect, is possible. */
  demand(operation: HistoryOperation): State | undefined;
  /** The state after the operation when it has an effect; undefined when that depends on the one before. */
  supply(operation: HistoryOperation): State | undefined;
  /** Whether operations that supply nothing may lead from a state to the demanded one. */
  reaches(state: State, demanded: State): boolean;
  /**
   * Whether an operation may be possible on a path from `after`, but not on the same path from
   * `before`, when nothing on that path supplies a state. An uncertain operation counts when it may
   * have an effect.
   */
  tells(before: State, after: State, operation: HistoryOperation): boolean;
  /**
   * False for states that no operation tells apart, and from which each leads to such states again
   * or to equal ones: one of them may stand for all. When in doubt, true.
   */
  matters(state: State): boolean;
}

/**
 * A sequential object, against which histories are judged. One model a file, in `models/`.
 *
 * States are immutable and compared by `identity`.
 */
export interface Model<State = unknown> {
  readonly name: string;
  /** The state before all operations, unless the one who asks gives another. */
  readonly initial: State;
  /**
   * The state after an operation, or undefined when an operation with this answer is impossible in
   * this state. An operation with outcome `info` has no known answer and is possible in every
   * state: its `result` and, for reads, its `value` mean nothing.
   */
  step(state: State, operation: HistoryOperation): State | undefined;
  /** Equal (`===`) for equal states only. Default: the state itself. */
  identity?(state: State): unknown;
  /**
   * How one history falls into parts that are judged apart: the part of each operation. What it says
   * may depend on which operations there are. Default: by `key`, since objects are independent.
   */
  partition?(history: readonly HistoryOperation[]): (operation: HistoryOperation) => string;
  /**
   * True when the operation changes no state in which it is possible, like a read: the search then
   * takes it as soon as it fits. When in doubt, false.
   */
  observes?(operation: HistoryOperation): boolean;
  /**
   * True when neither the possibility of the operation nor the state after it depends on the state
   * before, like a write: nothing can tell then what was there before. When in doubt, false.
   */
  overwrites?(operation: HistoryOperation): boolean;
  /**
   * True when the completion of the operation can tell nothing that was not known at its invocation,
   * like that of a write. When in doubt, false.
   */
  silent?(operation: HistoryOperation): boolean;
  /** Equal for `info` operations that have the same effect in every state. */
  effect?(operation: HistoryOperation): string;
  /** The laws for one part, given all operations on it that may have happened. */
  pruning?(operations: readonly HistoryOperation[]): Pruning<State>;
  /**
   * The exact verdict on one part from theory instead of search, in about n log n; undefined when
   * its conditions do not hold. Gets the operations that happened and those that may have, by
   * invocation.
   */
  decide?(operations: readonly HistoryOperation[], initial: State): boolean | undefined;
  /**
   * Groups of operations that any linearizable history on one part may lose and stay linearizable,
   * by name; undefined for operations that it may not. What observes can always go, by itself. Used
   * to explain a verdict with as few operations as possible.
   */
  units?(
    operations: readonly HistoryOperation[],
  ): (operation: HistoryOperation) => string | undefined;
  /** What the object must be like for the operation to be possible: `hold 1`, `be free`. */
  needs?(operation: HistoryOperation): string;
  /** An operation in a few words. Default: `operationText`. */
  text?(operation: HistoryOperation): string;
  /** What a state is like, in the same words: `holds 1`, `is free`. Default: its JSON. */
  describe?(state: State): string;
  /** What people call the object: `the register`. */
  readonly noun?: string;
}

/** A model as the command line and readers of files take it. */
export interface NamedModel<State = unknown> extends Model<State> {
  readonly noun: string;
  /** One line: its operations. */
  readonly summary: string;
  /** Other names of its operations, such as those that Jepsen uses. */
  readonly aliases?: Readonly<Record<string, string>>;
  /**
   * Puts what a file tells of an operation into the model's own form.
   * @returns what is wrong with it, in words, when it is none of the model
   */
  readonly read: (operation: HistoryOperation) => HistoryOperation | string;
  /** The first state that `--init` gives; undefined when it is none of the model. */
  readonly readInitial: (given: unknown) => State | undefined;
  /** What `readInitial` takes, in words. */
  readonly initials: string;
}
