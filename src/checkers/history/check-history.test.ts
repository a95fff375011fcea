import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.ts';
import { DepthFirstSearch } from './depth-first.ts';
import { FrontierSearch } from './frontier.ts';
import { HintedOrder } from './hinted-order.ts';
import type { Model } from './model.ts';
import { casRegister } from './models/cas-register.ts';
import { kv } from './models/kv.ts';
import type { HistoryOperation } from './operation.ts';
import { lawsOf, type Part, partsOf } from './part.ts';
import { Pruner } from './pruner.ts';
import { parseJsonl } from './read/read-history.ts';
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
      // Right or wrong as it comes, or not given: the verdict must not depend on it.
      hint: (one[2] + 3 * one[1] + 5 * one[0]) % (count + 1),
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
      const hinted = operations.map((one) => ({ ...one, hint: one.hint || 1 }));
      expect(checkHistory(model, hinted).verdict).toBe(expected ? 'ok' : 'illegal');
      const plain = operations.map(({ hint: _, ...one }) => one);
      expect(checkHistory(model, plain).verdict).toBe(expected ? 'ok' : 'illegal');
      for (const part of partsOf(model, operations)) {
        const searches = [DepthFirstSearch, FrontierSearch].map((Search) =>
          // Slices of one step: stopping must not change the answer.
          runInSlices(search(Search, model, part)),
        );
        expect(searches[0]).toBe(searches[1]);
      }
    }),
    { numRuns: 2_500, seed: 20_251_121 },
  );
  return [legal, illegal];
}

function search(
  Search: typeof DepthFirstSearch | typeof FrontierSearch,
  model: Model,
  part: Part,
): { run(steps: number): string } {
  const law = lawsOf(model, part);
  const states = new StateTable(model, part, model.initial, law?.matters);
  return new Search(part, states, new Pruner(law, part, states));
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
    expect(legal).toBeGreaterThan(500);
    expect(illegal).toBeGreaterThan(500);
  });

  it('agrees with trying everything, for key-value stores', () => {
    const [legal, illegal] = compare(kv as Model, kvHistories);
    expect(legal).toBeGreaterThan(500);
    expect(illegal).toBeGreaterThan(500);
  });

  const line = (process: number, type: string, op: string, value: unknown, key = 'x') =>
    JSON.stringify({ process, type, op, key, value });

  it('names the first completion that cannot be explained, and what could be there', () => {
    const operations = parseJsonl(
      [
        line(1, 'invoke', 'put', 'a'),
        line(2, 'invoke', 'put', 'b'),
        line(1, 'ok', 'put', 'a'),
        line(2, 'ok', 'put', 'b'),
        line(1, 'invoke', 'get', null, 'y'),
        line(1, 'ok', 'get', null, 'y'),
        line(1, 'invoke', 'get', null),
        line(3, 'invoke', 'get', null),
        line(3, 'ok', 'get', 'b'),
        line(1, 'ok', 'get', 'c'),
        line(1, 'invoke', 'get', null),
        line(1, 'ok', 'get', 'd'),
      ].join('\n'),
    );
    const { verdict, explanation } = checkHistory(kv as Model, operations);
    expect(verdict).toBe('illegal');
    expect(explanation).toMatchObject({ part: 'x', operation: 3, shortest: true });
    // What the others did is of no matter: nobody ever left that value.
    expect(explanation?.window).toEqual([3]);
    expect(explanation?.statesBefore).toEqual([null]);
  });

  it('says unknown when the budget is spent, and only then', () => {
    const operations = stormHistory(3);
    const { verdict, steps } = checkHistory(kv as Model, operations);
    expect(verdict).toBe('ok');
    expect(checkHistory(kv as Model, operations, { budget: 10 }).verdict).toBe('unknown');
    expect(checkHistory(kv as Model, operations, { budget: steps + 1 }).verdict).toBe('ok');
  });

  it('takes few steps for histories of storms, with a fifth of the outcomes unknown', () => {
    let total = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const { verdict, steps } = checkHistory(kv as Model, stormHistory(seed));
      expect(verdict).toBe('ok');
      total += steps;
    }
    expect(total / 20).toBeLessThan(20_000);
  });

  it('finds a stale read among operations whose outcome is unknown', () => {
    const ending = [
      line(900, 'invoke', 'put', 'A!', 'k0'),
      line(900, 'ok', 'put', 'A!', 'k0'),
      line(900, 'invoke', 'put', 'B!', 'k0'),
      line(900, 'ok', 'put', 'B!', 'k0'),
      line(900, 'invoke', 'get', null, 'k0'),
      line(900, 'ok', 'get', 'A!', 'k0'),
    ].join('\n');
    const after = (operation: HistoryOperation): HistoryOperation => ({
      ...operation,
      invokedAt: operation.invokedAt + 100_000,
      completedAt: operation.completedAt + 100_000,
    });
    for (let seed = 1; seed <= 20; seed++) {
      const operations = [...stormHistory(seed), ...parseJsonl(ending).map(after)];
      const { verdict, explanation } = checkHistory(kv as Model, operations);
      expect(verdict).toBe('illegal');
      expect(explanation).toMatchObject({ part: 'k0', operation: operations.length - 1 });
    }
  });

  it('says the same without the laws that models declare, on long histories', () => {
    const { name, initial, step } = kv as Model;
    const plain: Model = { name, initial, step };
    const counts = { ok: 0, illegal: 0, unknown: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const operations = stormHistory(seed);
      const reads = operations.filter((one) => one.op === 'get' && one.outcome === 'ok');
      const one = reads[seed % reads.length]!;
      const other = reads[(7 * seed) % reads.length]!;
      const mixed = operations.map((each) =>
        each === one ? { ...each, value: other.value } : each,
      );
      const { verdict } = checkHistory(plain, mixed, { budget: 100_000 });
      counts[verdict]++;
      if (verdict !== 'unknown') expect(checkHistory(kv as Model, mixed).verdict).toBe(verdict);
    }
    expect(counts.ok).toBeGreaterThan(5);
    expect(counts.illegal).toBeGreaterThan(5);
  });

  it('explains histories of storms by right hints, in few steps for each operation', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const operations = stormHistory(seed);
      let steps = 0;
      let count = 0;
      for (const part of partsOf(kv as Model, operations)) {
        const law = lawsOf(kv as Model, part);
        const states = new StateTable(kv as Model, part, null, law?.matters);
        const order = new HintedOrder(part, states, new Pruner(law, part, states));
        expect(order.find(64 * part.events.length)).toBe(true);
        steps += order.steps;
        count += part.events.length;
      }
      expect(steps).toBeLessThan(8 * count);
    }
  });

  it('says the same whatever the hints, right, wrong or none, on long and altered histories', () => {
    const counts = { ok: 0, illegal: 0, unknown: 0 };
    for (let seed = 1; seed <= 60; seed++) {
      const operations = stormHistory(seed);
      const reads = operations.filter((one) => one.op === 'get' && one.outcome === 'ok');
      const altered = reads[seed % reads.length]!;
      const { value } = reads[(7 * seed) % reads.length]!;
      const right = operations.map((one) => (one === altered ? { ...one, value } : one));
      const none = right.map((one) => ({ ...one, hint: 0 }));
      const wrong = right.map((one, i) => ({ ...one, hint: 1 + ((i * 37) % 101) }));
      const { verdict } = checkHistory(kv as Model, none);
      counts[verdict]++;
      expect(checkHistory(kv as Model, right).verdict).toBe(verdict);
      expect(checkHistory(kv as Model, wrong).verdict).toBe(verdict);
    }
    expect(counts.unknown).toBe(0);
    expect(counts.ok).toBeGreaterThan(5);
    expect(counts.illegal).toBeGreaterThan(5);
  });

  it('is not fooled by hints that contradict real time', () => {
    const operations = parseJsonl(
      [
        line(1, 'invoke', 'put', 'a'),
        line(1, 'ok', 'put', 'a'),
        line(1, 'invoke', 'put', 'b'),
        line(1, 'ok', 'put', 'b'),
        line(1, 'invoke', 'get', null),
        line(1, 'ok', 'get', 'a'),
      ].join('\n'),
    );
    // In this order all answers are right, but put b was over before the read began.
    const hints = [1, 3, 2];
    const told = operations.map((one, i) => ({ ...one, hint: hints[i]! }));
    expect(checkHistory(kv as Model, told).verdict).toBe('illegal');
  });

  it('starts from another state when asked to', () => {
    const operations = parseJsonl(
      `${line(1, 'invoke', 'read', null)}\n${line(1, 'ok', 'read', 7)}\n`,
    );
    expect(checkHistory(casRegister as Model, operations).verdict).toBe('illegal');
    expect(checkHistory(casRegister as Model, operations, { initial: 7 }).verdict).toBe('ok');
  });
});

/** A history of 200 operations of 5 clients on 3 keys, made by carrying them out at one moment each. */
function stormHistory(seed: number): HistoryOperation[] {
  let random = seed;
  const below = (bound: number): number => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (random >> 8) % bound;
  };
  interface Open extends Pick<HistoryOperation, 'process' | 'op' | 'key' | 'invokedAt'> {
    value: unknown;
    result: boolean | null;
    done: boolean;
    hint: number;
    readonly lost: boolean;
  }
  const values = new Map<string, string | null>();
  const open: (Open | undefined)[] = [];
  const history: HistoryOperation[] = [];
  const late: Open[] = [];
  let processes = 5;
  let index = 0;
  const carryOut = (one: Open): void => {
    one.done = true;
    one.hint = ++index;
    const next = kv.step(values.get(one.key) ?? null, { ...one, outcome: 'info', completedAt: 0 });
    if (one.op === 'get') one.value = values.get(one.key) ?? null;
    if (one.op === 'cas') {
      one.result = (values.get(one.key) ?? null) === (one.value as (string | null)[])[0];
    }
    if (one.op === 'delete') one.result = (values.get(one.key) ?? null) !== null;
    values.set(one.key, next!);
  };
  for (let at = 0; history.length < 200; at++) {
    const client = below(5);
    const one = open[client];
    if (late.length > 0 && below(20) === 0) carryOut(late.pop()!);
    if (one === undefined) {
      const op = ['get', 'get', 'put', 'append', 'cas', 'delete'][below(6)]!;
      const key = `k${below(3)}`;
      const known = below(2) === 0 ? (values.get(key) ?? null) : `${below(200)}v`;
      const value = op === 'cas' ? [known, `${at}v`] : op === 'append' ? `${at},` : `${at}v`;
      const process = at < 5 ? client : processes++;
      const lost = below(5) === 0;
      const fresh = { process, op, key, value, invokedAt: at, lost };
      open[client] = { ...fresh, result: null, hint: 0, done: false };
    } else if (!one.done && !one.lost) {
      carryOut(one);
    } else {
      if (one.lost && below(2) === 0) late.push(one);
      const outcome = one.lost ? 'info' : 'ok';
      const result = one.lost ? null : one.result;
      history.push({ ...one, result, outcome, hint: one.lost ? 0 : one.hint, completedAt: at });
      open[client] = undefined;
    }
  }
  // What is still open was invoked: it may have happened.
  for (const one of open) {
    if (one === undefined) continue;
    const completedAt = Number.POSITIVE_INFINITY;
    history.push({ ...one, result: null, hint: 0, outcome: 'info', completedAt });
  }
  return history.sort((a, b) => a.invokedAt - b.invokedAt);
}
