import type { Explanation } from '../checkers/history/explain/explain.ts';
import type { NamedModel } from '../checkers/history/model.ts';
import type { HistoryOperation } from '../checkers/history/operation.ts';
import { operationText } from '../checkers/history/operation-text.ts';
import type { IllegalRecord, ShownOperation } from '../record/check-record.ts';

/** Puts an explanation into words and labels. */
export function shownIllegal(
  model: NamedModel,
  history: readonly HistoryOperation[],
  explanation: Explanation,
): IllegalRecord {
  const { window } = explanation;
  const labels = new Map(window.map((number, i) => [number, labelOf(i)]));
  const open = new Set(explanation.uncertain);
  const label = (number: number): string => labels.get(number) ?? '?';
  const shown = window.map((number): ShownOperation => {
    const operation = history[number]!;
    const { completedAt, invokedAt, origin, process } = operation;
    const ended = !open.has(number) && completedAt !== Number.POSITIVE_INFINITY;
    return {
      label: label(number),
      process,
      text: operationText(model, ended ? operation : { ...operation, outcome: 'info' }),
      from: invokedAt,
      until: ended ? completedAt : null,
      line: origin?.line ?? null,
      endLine: (ended ? origin?.endLine : null) ?? null,
      time: origin?.time ?? null,
      endTime: (ended ? origin?.endTime : null) ?? null,
    };
  });
  return {
    noun: model.noun,
    part: explanation.part,
    certainAt: label(explanation.operation),
    shortest: explanation.shortest,
    window: shown,
    before: explanation.before,
    orders: explanation.orders.map(({ order, before, after, obstacles }) => ({
      order: order.map(label),
      before,
      after,
      obstacles: obstacles.map(({ operation, needs }) => ({ label: label(operation), needs })),
    })),
    otherOrders: explanation.otherOrders,
  };
}

/** `A` to `Z`, then `A2` and so on. */
function labelOf(i: number): string {
  const letter = String.fromCharCode(65 + (i % 26));
  return i < 26 ? letter : `${letter}${1 + Math.floor(i / 26)}`;
}
