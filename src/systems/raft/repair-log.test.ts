import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RepairLog } from './repair-log.ts';
import type { RepairReply } from './repair-messages.ts';
import { encodeSnapshot, type Snapshot } from './snapshot-format.ts';
import type { Entry } from './types.ts';
import { entryChecksum } from './wal-manifest.ts';

const entry = (index: number, term: number): Entry => ({
  index,
  term,
  kind: 'command',
  data: Uint8Array.of(index, term, 9),
});

/** A log of these terms from index 1 on. */
const logOf = (...terms: readonly number[]): readonly Entry[] =>
  terms.map((term, at) => entry(at + 1, term));

/** A node that has lost the payloads at some indexes of its log. */
function lossy(log: readonly Entry[], lost: readonly number[], snapshotIndex = 0): RepairLog {
  const holes = new Map(lost.map((index) => [index, entryChecksum(log[index - 1]!)]));
  const blank = log.map((one) =>
    holes.has(one.index) ? { ...one, kind: 'noop' as const, data: new Uint8Array(0) } : one,
  );
  return new RepairLog(blank, undefined, { baseIndex: 0, baseTerm: 0, holes, snapshotIndex });
}

function told(log: readonly Entry[], commit: number, from = 1, firstIndex = 1): RepairReply {
  return {
    kind: 'repair-reply',
    firstIndex,
    commit,
    commitTerm: commit === 0 ? 0 : log[commit - 1]!.term,
    entries: log.slice(from - 1),
    snapshotIndex: 0,
    offset: 0,
    totalBytes: 0,
    data: new Uint8Array(0),
  };
}

function snapshotAt(index: number, term: number): Snapshot {
  const configuration = {
    voters: [1, 2, 3],
    outgoing: [],
    learners: [],
    learnersNext: [],
    autoLeave: false,
  };
  return encodeSnapshot(index, term, configuration, new Uint8Array(4));
}

const terms = (log: RepairLog) => log.entries.map(({ term }) => term).join(' ');

describe('what is lost', () => {
  test('is filled by the entry of the same name, committed or not', () => {
    const log = logOf(1, 1, 2);
    const repair = lossy(log, [2, 3]);
    expect(repair.take(told(log, 0, 2))).toBe(true);
    expect([repair.isWhole, repair.entries]).toEqual([true, [...log]]);
  });

  test('is not filled by other bytes under the same name', () => {
    const repair = lossy(logOf(1, 1), [2]);
    const rotten = { ...entry(2, 1), data: Uint8Array.of(6, 6, 6) };
    expect(repair.take(told([entry(1, 1), rotten], 2, 2))).toBe(false);
    expect(repair.isWhole).toBe(false);
  });

  test('is not given up because somebody does not have it', () => {
    const repair = lossy(logOf(1, 1, 2, 2), [3]);
    expect(repair.take(told(logOf(1, 1), 2))).toBe(false);
    expect(repair.take(told(logOf(1, 1, 1), 2))).toBe(false);
    expect(repair.take(told([], 0))).toBe(false);
    expect([repair.isWhole, terms(repair)]).toEqual([false, '1 1 2 2']);
  });

  test('is given up when another entry is committed in its place', () => {
    const repair = lossy(logOf(1, 1, 2, 2), [3]);
    expect(repair.take(told(logOf(1, 1, 3), 3))).toBe(true);
    expect([repair.isWhole, terms(repair)]).toEqual([true, '1 1']);
  });

  test('is given up behind a committed entry of a later term, for terms never fall', () => {
    const repair = lossy(logOf(1, 1, 2, 2), [4]);
    expect(repair.take(told(logOf(1, 1, 2), 3))).toBe(false);
    expect(repair.take(told(logOf(1, 3), 2))).toBe(true);
    expect([repair.isWhole, terms(repair)]).toEqual([true, '1']);
  });

  test('is asked for as a snapshot where others have compacted it away', () => {
    const repair = lossy(logOf(1, 1, 1, 2), [2]);
    repair.take({ ...told(logOf(1, 1, 1, 2), 4), firstIndex: 4, entries: [] });
    expect(repair.neededSnapshot).toBe(2);
    expect(repair.install(snapshotAt(1, 1))).toBe(false);
    expect(repair.install(snapshotAt(3, 1))).toBe(true);
    expect([repair.isWhole, repair.baseIndex, terms(repair)]).toEqual([true, 3, '2']);
  });
});

describe('a snapshot in place of one that is lost', () => {
  test('keeps what this log has behind it', () => {
    const repair = lossy(logOf(1, 1, 2), [], 2);
    expect(repair.install(snapshotAt(2, 1))).toBe(true);
    expect([repair.isWhole, repair.lastIndex, terms(repair)]).toEqual([true, 3, '2']);
  });

  test('ends a log that does not go through it', () => {
    const repair = lossy(logOf(1, 1, 2), [], 2);
    expect(repair.install(snapshotAt(3, 4))).toBe(true);
    expect([repair.isWhole, repair.lastIndex, terms(repair)]).toEqual([true, 3, '']);
  });
});

test('no committed entry is given up, whoever tells what', () => {
  // Branches of one history: a committed trunk, and tails of terms that are not.
  const tail = fc.array(fc.nat(2), { maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(fc.nat(1), { minLength: 1, maxLength: 8 }),
      tail,
      fc.array(fc.tuple(fc.nat(8), tail, fc.nat(8)), { maxLength: 6 }),
      fc.nat(255),
      (steps, ownTail, others, lostBits) => {
        let term = 1;
        const trunk = steps.map((step) => {
          term += step;
          return term;
        });
        const highest = term;
        // Every tail has terms of its own, none of them committed: each leader's log ends somewhere.
        let fresh = highest;
        const grow = (base: readonly number[], more: readonly number[]) => {
          fresh += 1;
          return [...base, ...more.map(() => fresh)];
        };
        const own = logOf(...grow(trunk, ownTail));
        const lost = own.map(({ index }) => index).filter((index) => (lostBits >> (index % 8)) & 1);
        const repair = lossy(own, lost);
        for (const [length, more, commits] of others) {
          const base = trunk.slice(0, Math.min(length, trunk.length));
          const log = logOf(...(base.length === trunk.length ? grow(base, more) : base));
          const commit = Math.min(commits, base.length);
          repair.take(told(log, commit));
          expect(repair.entries.slice(0, trunk.length).map((one) => one.term)).toEqual(trunk);
        }
        repair.take(told(logOf(...trunk), trunk.length));
        expect(Math.min(...repair.holes.keys(), Number.POSITIVE_INFINITY)).toBeGreaterThan(
          trunk.length,
        );
      },
    ),
  );
});
