import type { Model } from './model.ts';
import type { HistoryOperation } from './operation.ts';
import { type Part, partsOf } from './part.ts';
import { PartSearch } from './part-search.ts';

/** What is known of a history whose parts were judged. */
export interface Judgement {
  /** A part that is not linearizable; undefined: none was found. */
  readonly illegal: Part | undefined;
  /** Whether all parts were decided. */
  readonly known: boolean;
  readonly steps: number;
}

/** Judges parts: by theory where it applies, else by search, until one part is illegal. */
export function judgeParts(
  model: Model,
  parts: readonly Part[],
  initial: unknown,
  budget: number,
): Judgement {
  let steps = 0;
  let open: PartSearch[] = [];
  for (const part of parts) {
    const decided = model.decide?.(part.all, initial);
    if (decided !== undefined) {
      steps += part.all.length;
      if (!decided) return { illegal: part, known: true, steps };
      continue;
    }
    if (steps >= budget) return { illegal: undefined, known: false, steps };
    const search = new PartSearch(model, part, initial);
    search.first(budget - steps);
    steps += search.steps;
    if (search.state === 'illegal') return { illegal: part, known: true, steps };
    if (search.state === 'unfinished') open.push(search);
  }
  // Parts take turns: one that is hard must not hide one that is plainly illegal.
  for (let slice = 1_000; open.length > 0; slice *= 2) {
    for (const one of open) {
      if (steps >= budget) return { illegal: undefined, known: false, steps };
      const before = one.steps;
      one.slice(Math.min(slice, budget - steps));
      steps += one.steps - before;
      if (one.state === 'illegal') return { illegal: one.part, known: true, steps };
    }
    open = open.filter((one) => one.state === 'unfinished');
  }
  return { illegal: undefined, known: true, steps };
}

/** Whether operations on one part are certainly not linearizable; undefined: the budget was spent. */
export function isIllegal(
  model: Model,
  operations: readonly HistoryOperation[],
  initial: unknown,
  budget: number,
): boolean | undefined {
  const whole: Model = { ...model, partition: () => () => '' };
  const { illegal, known } = judgeParts(whole, partsOf(whole, operations), initial, budget);
  return known || illegal !== undefined ? illegal !== undefined : undefined;
}
