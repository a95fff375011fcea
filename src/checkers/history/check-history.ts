import { type Explanation, explain } from './explain/explain.ts';
import { judgeParts } from './judge.ts';
import type { Model } from './model.ts';
import type { HistoryOperation } from './operation.ts';
import { partsOf } from './part.ts';

/** How a history is to be judged. */
export interface CheckOptions {
  /** Steps of search after which the answer is `unknown`; default `defaultBudget`. */
  readonly budget?: number;
  /** The first state; default: the model's. */
  readonly initial?: unknown;
  /** Whether to say what is wrong with an illegal history; default true. */
  readonly explain?: boolean;
}

/** The verdict on a history. */
export interface HistoryVerdict {
  readonly verdict: 'ok' | 'illegal' | 'unknown';
  /** Steps of search that it took, explanation apart. */
  readonly steps: number;
  /** With `illegal`, unless it is not wanted. */
  readonly explanation?: Explanation;
}

/** Steps of search before the answer is `unknown`. Never milliseconds: a slow machine says the same. */
export const defaultBudget = 10_000_000;

/**
 * Judges whether a history is linearizable: whether each operation that happened, and perhaps some
 * that may have, can be given a moment between invocation and completion, so that the sequence is
 * one of the model. The answer is exact; `unknown` is said only when the budget is spent.
 *
 * Parts of the object (keys) are judged apart, which is exact too (Herlihy and Wing 1990: locality).
 */
export function checkHistory(
  model: Model,
  history: readonly HistoryOperation[],
  options: CheckOptions = {},
): HistoryVerdict {
  const initial = options.initial === undefined ? model.initial : options.initial;
  const parts = partsOf(model, history);
  const { illegal, steps, known } = judgeParts(
    model,
    parts,
    initial,
    options.budget ?? defaultBudget,
  );
  if (illegal === undefined) return { verdict: known ? 'ok' : 'unknown', steps };
  if (options.explain === false) return { verdict: 'illegal', steps };
  const numbers = new Map(history.map(({ invokedAt }, i) => [invokedAt, i]));
  return { verdict: 'illegal', steps, explanation: explain(model, illegal, initial, numbers) };
}
