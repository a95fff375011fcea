import type { HistoryOperation } from './operation.ts';

/**
 * A sequential object, against which histories are judged. One model a file, in `models/`.
 *
 * States are immutable and compared by `identity`, which must be a primitive.
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
  /** Equal for equal states only. Default: the state itself, which must then be a primitive. */
  identity?(state: State): string | number | null;
  /** The part of the object that an operation is about; parts are judged apart. Default: one part. */
  part?(operation: HistoryOperation): string;
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
  /** Equal for `info` operations that have the same effect in every state. */
  effect?(operation: HistoryOperation): string;
}
