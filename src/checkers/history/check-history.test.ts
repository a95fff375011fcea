import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import { DepthFirstSearch } from './depth-first.ts';
import { FrontierSearch } from './frontier.ts';
import type { Model } from './model.ts';
import { casRegister } from './models/cas-register.ts';
import { kv } from './models/kv.ts';
import type { HistoryOperation } from './operation.ts';
import { partsOf } from './part.ts';
import { StateTable } from './state-table.ts';

/** Tries every order that real time permits, with every subset of what may have happened. */
function naiveJudge(model: Model, history: readonly HistoryOperation[]): boolean {
  const possible = (state: unknown, rest: readonly HistoryOperation[]): boolean => {
    if (rest.every((operation) => operation.outcome === 'info')) return true;
    return rest.some((operation) => {
      const preceded = rest.some(
        (other) => other.outcome === 'ok' && other.completedAt < operation.invokedAt,
      );
      if (preceded) return false;
      const next = model.step(state, operation);
      return (
        next !== undefined &&
        possible(
          next,
          rest.filter((other) => other !== operation),
        )
      );
    });
  };
  return possible(
    model.initial,
    history.filter((operation) => operation.outcome !== 'fail'),
  );
}

type Draw = readonly [
  start: number,
  length: number,
  what: number,
  a: number,
  b: number,
  outcome: number,
  yes: boolean,
];

const draw = fc.tuple(
  fc.nat(14),
  fc.nat(8),
  fc.nat(4),
  fc.nat(2),
  fc.nat(2),
  fc.nat(9),
  fc.boolean(),
);

/** Makes distinct event positions out of starts and lengths. */
function history(
  draws: readonly Draw[],
  make: (one: Draw) => Pick<HistoryOperation, 'op' | 'key' | 'value' | 'result'>,
): HistoryOperation[] {
  const count = draws.length;
  return draws.map((one, i) => {
    const outcome = one[5] < 6 ? 'ok' : one[5] < 9 ? 'info' : 'fail';
    const end = (one[0] + one[1] + 1) * count + i + 0.5;
    return {
      process: i,
      ...make(one),
      outcome,
      invokedAt: one[0] * count + i,
      completedAt: outcome === 'info' && one[6] ? Number.POSITIVE_INFINITY : end,
    };
  });
}

const registerHistories = fc.array(draw, { minLength: 1, maxLength: 7 }).map((draws) =>
  history(draws, ([, , what, a, b, , yes]) => {
    if (what < 2) return { op: 'read', key: '', value: a === 0 ? null : a, result: null };
    if (what === 2) return { op: 'write', key: '', value: a, result: null };
    return { op: 'cas', key: '', value: [a === 0 ? null : a, b], result: yes };
  }),
);

const texts = [null, 'a', 'b', 'ab', 'ba', 'aa'] as const;

const kvHistories = fc.array(draw, { minLength: 1, maxLength: 7 }).map((draws) =>
  history(draws, ([, length, what, a, b, , yes]) => {
    const key = length < 7 ? 'x' : 'y';
    const value = texts[1 + (a % 2)]!;
    if (what === 0) return { op: 'get', key, value: texts[a + (yes ? 3 : 0)]!, result: null };
    if (what === 1) return { op: 'put', key, value, result: null };
    if (what === 2) return { op: 'append', key, value, result: null };
    if (what === 3) return { op: 'cas', key, value: [texts[b]!, value], result: yes };
    return { op: 'delete', key, value: null, result: b === 2 ? null : yes };
  }),
);

function compare(model: Model, histories: fc.Arbitrary<HistoryOperation[]>): [number, number] {
  let legal = 0;
  let illegal = 0;
  fc.assert(
    fc.property(histories, (operations) => {
      // Keys are independent: the naive judge takes them one by one, as the model's states do.
      const keys = [...new Set(operations.map((operation) => operation.key))];
      const expected = keys.every((key) =>
        naiveJudge(
          model,
          operations.filter((operation) => operation.key === key),
        ),
      );
      if (expected) legal++;
      else illegal++;
      expect(checkHistory(model, operations).verdict).toBe(expected ? 'ok' : 'illegal');
      for (const part of partsOf(model, operations)) {
        const searches = [DepthFirstSearch, FrontierSearch].map((Search) =>
          // Slices of one step: stopping must not change the answer.
          runInSlices(new Search(part, new StateTable(model, part, model.initial))),
        );
        expect(searches[0]).toBe(searches[1]);
      }
    }),
    { numRuns: 6_000, seed: 20_251_121 },
  );
  return [legal, illegal];
}

function runInSlices(search: { run(steps: number): string }): string {
  for (;;) {
    const state = search.run(1);
    if (state !== 'unfinished') return state;
  }
}

describe('checkHistory', () => {
  it('agrees with trying everything, for registers', () => {
    const [legal, illegal] = compare(casRegister as Model, registerHistories);
    expect(legal).toBeGreaterThan(1_000);
    expect(illegal).toBeGreaterThan(1_000);
  });

  it('agrees with trying everything, for key-value stores', () => {
    const [legal, illegal] = compare(kv as Model, kvHistories);
    expect(legal).toBeGreaterThan(1_000);
    expect(illegal).toBeGreaterThan(1_000);
  });
});
