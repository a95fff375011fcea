import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RaftLog } from './log.ts';
import type { Entry } from './types.ts';

const entry = (index: number, term: number, bytes: number = 1): Entry => ({
  index,
  term,
  kind: 'command',
  data: new Uint8Array(bytes),
});

/** A log with these terms behind a base. */
function logOf(terms: readonly number[], baseIndex: number = 0, baseTerm: number = 0): RaftLog {
  const log = new RaftLog(baseIndex, baseTerm);
  terms.forEach((term, position) => {
    log.append(entry(baseIndex + 1 + position, term));
  });
  return log;
}

/** The log as a plain list of terms by index, with which it must always agree. */
interface Model {
  terms: number[];
  first: number;
  stable: number;
}

type Move =
  | { kind: 'append'; raise: number }
  | { kind: 'truncate'; share: number }
  | { kind: 'compact'; share: number }
  | { kind: 'reset'; ahead: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('append' as const), raise: fc.nat(1) }) },
  fc.record({ kind: fc.constant('truncate' as const), share: fc.nat(100) }),
  fc.record({ kind: fc.constant('compact' as const), share: fc.nat(100) }),
  fc.record({ kind: fc.constant('reset' as const), ahead: fc.nat(5) }),
);

function play(log: RaftLog, model: Model, step: Move): void {
  const last = model.terms.length - 1;
  if (step.kind === 'append') {
    const term = model.terms[last]! + step.raise;
    model.terms.push(term);
    log.append(entry(last + 1, term));
  } else if (step.kind === 'reset') {
    const index = last + step.ahead;
    const term = model.terms[last]!;
    while (model.terms.length <= index) model.terms.push(term);
    model.first = index + 1;
    log.reset(index, term);
  } else if (last >= model.first) {
    const index = model.first + Math.floor((step.share * (last - model.first)) / 100);
    if (step.kind === 'compact') {
      model.first = index + 1;
      log.compactTo(index);
    } else {
      model.terms.length = index;
      log.truncateFrom(index);
    }
  }
}

describe('RaftLog', () => {
  test('agrees with a plain list through appends, truncations, compactions and resets', () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 200 }), (moves) => {
        const log = new RaftLog(0, 0);
        const model: Model = { terms: [0], first: 1, stable: 0 };
        for (const step of moves) {
          play(log, model, step);
          const last = model.terms.length - 1;
          expect([log.firstIndex, log.lastIndex, log.lastTerm]).toEqual([
            model.first,
            last,
            model.terms[last],
          ]);
        }
        for (let index = 0; index < model.terms.length + 2; index++) {
          const known = index >= model.first - 1 && index < model.terms.length;
          expect(log.term(index)).toBe(known ? model.terms[index] : -1);
          expect(log.entry(index)?.index).toBe(known && index >= model.first ? index : undefined);
        }
      }),
    );
  });

  test('a truncation takes durability with it and counts as an epoch', () => {
    const log = logOf([1, 1, 2]);
    log.stableIndex = 3;
    log.truncateFrom(2);
    expect([log.stableIndex, log.lastTerm, log.epoch]).toEqual([1, 1, 1]);
  });

  test('refuses an entry with a gap before it or a term below the last', () => {
    expect(() => logOf([2]).append(entry(3, 2))).toThrow('cannot follow');
    expect(() => logOf([2]).append(entry(2, 1))).toThrow('cannot follow');
  });

  test('a slice is bounded by entries and by bytes, but holds at least one entry', () => {
    const log = new RaftLog(0, 0);
    for (let index = 1; index <= 5; index++) log.append(entry(index, 1, 10));
    expect(log.slice(2, 3, 1_000).map((e) => e.index)).toEqual([2, 3, 4]);
    expect(log.slice(2, 9, 25).map((e) => e.index)).toEqual([2, 3]);
    expect(log.slice(2, 9, 1).map((e) => e.index)).toEqual([2]);
  });

  test('lastIndexWithin agrees with a scan from the end', () => {
    const rises = fc.array(fc.nat(2), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(rises, fc.nat(25), fc.nat(20), (steps, index, term) => {
        let last = 1;
        const log = logOf(
          steps.map((step) => {
            last += step;
            return last;
          }),
          3,
          1,
        );
        let naive = Math.min(index, log.lastIndex);
        while (naive > 3 && log.term(naive) > term) naive--;
        expect(log.lastIndexWithin(index, term)).toBe(Math.max(naive, 3));
      }),
    );
  });

  test('a log with a later last term is more complete than a longer one', () => {
    const log = logOf([1, 1, 2]);
    expect(log.isUpToDate(1, 3)).toBe(true);
    expect(log.isUpToDate(9, 1)).toBe(false);
    expect(log.isUpToDate(3, 2)).toBe(true);
    expect(log.isUpToDate(2, 2)).toBe(false);
  });
});
