import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeConfiguration, isJoint, leaveJoint, plainConfiguration } from './confchange.ts';
import { allMembers, majorityTally, quorumTally } from './quorum.ts';
import type { Configuration, MemberChange, Transition } from './types.ts';

const three = plainConfiguration([1, 2, 3], [4]);

function changed(
  from: Configuration,
  changes: readonly MemberChange[],
  transition: Transition = 'auto',
): Configuration {
  const next = changeConfiguration(from, changes, transition);
  if ('refused' in next) throw new Error(next.refused);
  return next;
}

function left(from: Configuration): Configuration {
  const next = leaveJoint(from);
  if ('refused' in next) throw new Error(next.refused);
  return next;
}

describe('a single step', () => {
  test('adds, promotes, demotes and removes', () => {
    expect(changed(three, [{ kind: 'add-learner', member: 5 }])).toEqual(
      plainConfiguration([1, 2, 3], [4, 5]),
    );
    expect(changed(three, [{ kind: 'add-voter', member: 4 }])).toEqual(
      plainConfiguration([1, 2, 3, 4]),
    );
    expect(changed(three, [{ kind: 'add-learner', member: 2 }])).toEqual(
      plainConfiguration([1, 3], [2, 4]),
    );
    expect(changed(three, [{ kind: 'remove', member: 3 }])).toEqual(
      plainConfiguration([1, 2], [4]),
    );
  });

  test.each([
    ['the last voter', plainConfiguration([1]), [{ kind: 'remove', member: 1 }]],
    ['what is so already', three, [{ kind: 'add-voter', member: 1 }]],
    ['nothing', three, []],
    [
      'one member twice',
      three,
      [
        { kind: 'remove', member: 1 },
        { kind: 'add-learner', member: 1 },
      ],
    ],
  ] as const)('refuses %s', (_, from, changes) => {
    expect(changeConfiguration(from, changes, 'auto')).toHaveProperty('refused');
  });
});

describe('a joint step', () => {
  const replace: readonly MemberChange[] = [
    { kind: 'add-voter', member: 4 },
    { kind: 'remove', member: 1 },
  ];

  test('keeps the old voters as its other half, and leaves them behind', () => {
    const joint = changed(three, replace);
    expect(joint).toMatchObject({ voters: [2, 3, 4], outgoing: [1, 2, 3], autoLeave: true });
    expect(left(joint)).toEqual(plainConfiguration([2, 3, 4]));
  });

  test('stays until somebody asks when it is explicit', () => {
    expect(changed(three, replace, 'explicit').autoLeave).toBe(false);
    const one = changed(three, [{ kind: 'remove', member: 1 }], 'implicit');
    expect([isJoint(one), one.autoLeave]).toEqual([true, true]);
  });

  test('lets a demoted voter vote until it is left', () => {
    const joint = changed(three, [{ kind: 'add-learner', member: 2 }], 'implicit');
    expect(joint).toMatchObject({ voters: [1, 3], learners: [4], learnersNext: [2] });
    expect(allMembers(joint)).toEqual([1, 2, 3, 4]);
    expect(left(joint)).toEqual(plainConfiguration([1, 3], [2, 4]));
  });

  test('is not entered from another one, nor left when there is none', () => {
    const joint = changed(three, replace);
    expect(changeConfiguration(joint, replace, 'auto')).toHaveProperty('refused');
    expect(leaveJoint(three)).toHaveProperty('refused');
  });
});

const members = fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 });
const changes = fc.array(
  fc.record<MemberChange>({
    kind: fc.constantFrom('add-voter', 'add-learner', 'remove'),
    member: fc.integer({ min: 1, max: 6 }),
  }),
  { maxLength: 4 },
);
const transitions = fc.constantFrom<Transition>('auto', 'implicit', 'explicit');

/** Whether the same votes can win in both, and others lose nothing: two disjoint sets, each a quorum. */
function canSplit(a: Configuration, b: Configuration): boolean {
  for (let set = 0; set < 128; set++) {
    const votes = Array.from({ length: 7 }, (_, member) => ((set >> member) & 1) * 2 - 1);
    const others = votes.map((vote) => -vote);
    if (quorumTally(votes, a) === 'won' && quorumTally(others, b) === 'won') return true;
  }
  return false;
}

test('quorums of a configuration and of the next one always share somebody', () => {
  fc.assert(
    fc.property(members, changes, transitions, (voters, wishes, transition) => {
      const from = plainConfiguration(voters);
      const next = changeConfiguration(from, wishes, transition);
      if ('refused' in next) return;
      expect(canSplit(from, next)).toBe(false);
      if (isJoint(next)) expect(canSplit(next, left(next))).toBe(false);
    }),
  );
});

test('nobody is voter and learner, and lists ascend', () => {
  fc.assert(
    fc.property(members, members, changes, transitions, (voters, others, wishes, transition) => {
      const learners = others.filter((member) => !voters.includes(member));
      const next = changeConfiguration(plainConfiguration(voters, learners), wishes, transition);
      if ('refused' in next) return;
      for (const list of [next.voters, next.outgoing, next.learners, next.learnersNext]) {
        expect([...new Set(list)].sort((a, b) => a - b)).toEqual(list);
      }
      const voting = new Set([...next.voters, ...next.outgoing]);
      expect(next.learners.filter((member) => voting.has(member))).toEqual([]);
      expect(next.learnersNext.every((member) => next.outgoing.includes(member))).toBe(true);
      expect(majorityTally([], next.voters)).not.toBe('won');
    }),
  );
});
