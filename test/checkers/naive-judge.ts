import type { Model } from '../../src/checkers/history/model.ts';
import type { HistoryOperation } from '../../src/checkers/history/operation.ts';

/**
 * Whether a small history is linearizable, by trying every order that real time permits with every
 * subset of what may have happened. Knows nothing but the model's step. It takes the object as a
 * whole, but for keys.
 */
export function naiveJudge(
  model: Model,
  history: readonly HistoryOperation[],
  initial: unknown = model.initial,
): boolean {
  const keys = new Set(history.map(({ key }) => key));
  for (const key of keys) {
    const own = history.filter((one) => one.key === key && one.outcome !== 'fail');
    if (!possible(model, initial, own)) return false;
  }
  return true;
}

function possible(model: Model, state: unknown, rest: readonly HistoryOperation[]): boolean {
  let until = Number.POSITIVE_INFINITY;
  let certain = 0;
  for (const { outcome, completedAt } of rest) {
    if (outcome !== 'ok') continue;
    certain++;
    if (completedAt < until) until = completedAt;
  }
  if (certain === 0) return true;
  for (const operation of rest) {
    if (operation.invokedAt > until) continue;
    const next = model.step(state, operation);
    if (next === undefined) continue;
    const others = rest.filter((other) => other !== operation);
    if (possible(model, next, others)) return true;
  }
  return false;
}
