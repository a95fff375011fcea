import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allMembers,
  isVoter,
  majorityTally,
  majorityValue,
  quorumTally,
  quorumValue,
} from './quorum.ts';
import type { Configuration } from './types.ts';

const members = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 9 });
const values = fc.array(fc.nat(20), { minLength: 10, maxLength: 10 });

describe('majorityValue', () => {
  test('is the largest value that more than half have reached', () => {
    fc.assert(
      fc.property(values, members, (reached, group) => {
        fc.pre(group.length > 0);
        const naive = Math.max(
          ...reached.filter(
            (value) => group.filter((m) => reached[m]! >= value).length * 2 > group.length,
          ),
        );
        expect(majorityValue(reached, group)).toBe(naive);
      }),
    );
  });

  test('four members need three', () => {
    expect(majorityValue([0, 5, 5, 1, 1], [1, 2, 3, 4])).toBe(1);
    expect(majorityValue([0, 5, 5, 5, 1], [1, 2, 3, 4])).toBe(5);
  });
});

describe('joint configurations', () => {
  const joint = (voters: number[], outgoing: number[]): Configuration => ({
    voters,
    outgoing,
    learners: [],
    learnersNext: [],
    autoLeave: true,
  });

  test('need a majority of each half', () => {
    fc.assert(
      fc.property(values, members, members, (reached, voters, outgoing) => {
        fc.pre(voters.length > 0);
        const expected =
          outgoing.length === 0
            ? majorityValue(reached, voters)
            : Math.min(majorityValue(reached, voters), majorityValue(reached, outgoing));
        expect(quorumValue(reached, joint(voters, outgoing))).toBe(expected);
      }),
    );
  });

  test('an election is won with both halves and lost with either', () => {
    const votes = [0, 1, 1, -1, -1, 0];
    expect(quorumTally(votes, joint([1, 2, 3], []))).toBe('won');
    expect(quorumTally(votes, joint([1, 2, 3], [3, 4, 5]))).toBe('lost');
    expect(quorumTally(votes, joint([1, 2, 3], [1, 4, 5]))).toBe('pending');
    expect(quorumTally([0, 1, 1, -1, -1, 1], joint([1, 2, 3], [1, 4, 5]))).toBe('won');
  });
});

test('a tally is decided exactly when the missing votes cannot change it', () => {
  const vote = fc.constantFrom(-1, 0, 1);
  fc.assert(
    fc.property(fc.array(vote, { minLength: 10, maxLength: 10 }), members, (votes, group) => {
      fc.pre(group.length > 0);
      const missing = group.filter((member) => votes[member] === 0).length;
      const granted = group.filter((member) => votes[member] === 1).length;
      const tally = majorityTally(votes, group);
      if (granted * 2 > group.length) expect(tally).toBe('won');
      else expect(tally).toBe((granted + missing) * 2 > group.length ? 'pending' : 'lost');
    }),
  );
});

test('learners are members and no voters', () => {
  const configuration: Configuration = {
    voters: [1, 2],
    outgoing: [2, 3],
    learners: [4],
    learnersNext: [],
    autoLeave: true,
  };
  expect(allMembers(configuration)).toEqual([1, 2, 3, 4]);
  expect(isVoter(3, configuration)).toBe(true);
  expect(isVoter(4, configuration)).toBe(false);
});
