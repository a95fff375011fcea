import { beforeEach, describe, expect, test } from 'vitest';
import {
  ack,
  append,
  clearProbes,
  elect,
  entry,
  made,
  messages,
  persist,
  probes,
  sent,
  vote,
} from '../../../test/raft/core.ts';
import { plainConfiguration } from './confchange.ts';
import { encodeConfiguration } from './configuration-format.ts';
import type { RaftCore } from './raft-core.ts';
import type { Configuration, Entry, MemberChange } from './types.ts';

beforeEach(clearProbes);

const addLearner = (member: number): MemberChange => ({ kind: 'add-learner', member });
const addVoter = (member: number): MemberChange => ({ kind: 'add-voter', member });
const remove = (member: number): MemberChange => ({ kind: 'remove', member });

function configurationEntry(index: number, term: number, to: Configuration): Entry {
  return { index, term, kind: 'configuration', data: encodeConfiguration(to) };
}

/** Everybody whom the leader sends to holds its whole log. */
function acknowledge(core: RaftCore, nowUs = 5_000): void {
  for (const from of core.others) core.step(from, ack(core.term, core.log.lastIndex), nowUs);
}

/** A leader that has committed an entry of its term. */
function leading(options: Parameters<typeof made>[0] = {}): RaftCore {
  const core = made(options);
  elect(core);
  persist(core, 5_000);
  acknowledge(core);
  sent(core);
  return core;
}

/** All that is in the log is durable and acknowledged, also what that brings about. */
function settle(core: RaftCore): void {
  for (let round = 0; round < 3; round++) {
    persist(core, 5_000);
    acknowledge(core);
  }
  sent(core);
}

describe('a change', () => {
  test('is in force as soon as it is in the log', () => {
    const core = leading();
    core.change([addLearner(4)], 'auto', 5_000);
    expect(core.configuration).toEqual(plainConfiguration([1, 2, 3], [4]));
    expect(sent(core).map(({ to }) => to)).toContain(4);
  });

  test('has to wait for a commit in the term (the bug of 2015)', () => {
    const core = made();
    elect(core);
    expect(core.change([remove(3)], 'auto', 5_000)).toHaveProperty('refused');
    persist(core, 5_000);
    core.step(2, ack(1, 1), 5_000);
    expect(core.change([remove(3)], 'auto', 5_000)).toMatchObject({ kind: 'configuration' });
  });

  test('has to wait for the one before it', () => {
    const core = leading();
    core.change([addLearner(4)], 'auto', 5_000);
    expect(core.change([addLearner(5)], 'auto', 5_000)).toHaveProperty('refused');
    settle(core);
    expect(core.change([addLearner(5)], 'auto', 5_000)).toMatchObject({ kind: 'configuration' });
  });

  test('makes a voter only of a learner that has caught up', () => {
    const core = leading();
    expect(core.change([addVoter(4)], 'auto', 5_000)).toHaveProperty('refused');
    core.change([addLearner(4)], 'auto', 5_000);
    persist(core, 5_000);
    for (const from of [2, 3]) core.step(from, ack(1, 2), 5_000);
    expect(core.commit).toBe(2);
    expect(core.change([addVoter(4)], 'auto', 5_000)).toHaveProperty('refused');
    core.step(4, ack(1, 2), 5_000);
    expect(core.change([addVoter(4)], 'auto', 5_000)).toMatchObject({ index: 3 });
    expect(probes).toContain('learner promoted');
  });

  test('commits by the majority that it leaves', () => {
    const core = leading({ size: 2 });
    core.propose('command', Uint8Array.of(1), 5_000);
    persist(core, 5_000);
    expect(core.commit).toBe(1);
    core.change([remove(2)], 'auto', 5_000);
    expect(core.commit).toBe(2);
    persist(core, 5_000);
    expect(core.commit).toBe(3);
  });

  test('is taken back when its entry is truncated', () => {
    const core = made({ self: 2 });
    const config = configurationEntry(2, 1, plainConfiguration([1, 2]));
    core.step(1, append(1, 0, 0, [entry(1, 1), config]), 0);
    expect(core.configuration.voters).toEqual([1, 2]);
    core.step(3, append(2, 1, 1, [entry(2, 2)]), 5_000);
    expect(core.configuration.voters).toEqual([1, 2, 3]);
    expect(probes).toContain('configuration taken back');
  });

  test('is found again in the log of a restarted node', () => {
    const core = made();
    expect(core.configurations.at(9).voters).toEqual([1, 2, 3]);
    core.step(2, append(1, 0, 0, [configurationEntry(1, 1, plainConfiguration([1, 2]))]), 0);
    expect(core.configurations.at(0).voters).toEqual([1, 2, 3]);
    expect(core.configurations.at(1).voters).toEqual([1, 2]);
  });
});

describe('a joint configuration', () => {
  const replace = [addVoter(4), remove(3)];

  function withLearner(): RaftCore {
    const core = leading();
    core.change([addLearner(4)], 'auto', 5_000);
    settle(core);
    return core;
  }

  test('commits by both halves', () => {
    const core = withLearner();
    core.change(replace, 'explicit', 5_000);
    persist(core, 5_000);
    core.step(3, ack(1, 3), 5_000);
    expect(core.commit).toBe(2);
    core.step(4, ack(1, 3), 5_000);
    expect(core.commit).toBe(3);
    expect(core.configuration.outgoing).toEqual([1, 2, 3]);
  });

  test('is left by itself once it is committed', () => {
    const core = withLearner();
    core.change(replace, 'auto', 5_000);
    settle(core);
    expect(core.configuration).toEqual(plainConfiguration([1, 2, 4]));
    expect(core.configurationCommitted).toBe(true);
    expect(core.log.lastIndex).toBe(4);
  });

  test('that is explicit is left when somebody asks', () => {
    const core = withLearner();
    core.change(replace, 'explicit', 5_000);
    settle(core);
    expect(core.change([remove(2)], 'auto', 5_000)).toHaveProperty('refused');
    core.leave(5_000);
    expect(core.configuration).toEqual(plainConfiguration([1, 2, 4]));
  });

  test('that a new leader inherits is left by it', () => {
    const joint = { ...plainConfiguration([1, 2]), outgoing: [1, 2, 3], autoLeave: true };
    const core = made();
    core.step(2, append(1, 0, 0, [configurationEntry(1, 1, joint)]), 0);
    persist(core);
    sent(core);
    elect(core);
    settle(core);
    expect(core.configuration).toEqual(plainConfiguration([1, 2]));
  });
});

describe('a leader outside its configuration', () => {
  test('does not count itself, and leads until its removal is committed', () => {
    const core = leading();
    core.change([remove(1)], 'auto', 5_000);
    persist(core, 5_000);
    core.step(2, ack(1, 2), 5_000);
    expect([core.role, core.commit]).toEqual(['leader', 1]);
    sent(core);
    core.step(3, ack(1, 2), 5_000);
    expect([core.role, core.commit]).toEqual(['follower', 2]);
    const last = sent(core);
    expect(last.filter(({ message }) => message.kind === 'heartbeat').length).toBe(2);
    expect(last.at(-1)).toMatchObject({ to: 2, message: { kind: 'timeout-now', term: 1 } });
  });

  test('campaigns again while only it may know of its removal', () => {
    const core = made({ size: 2 });
    elect(core);
    persist(core, 5_000);
    acknowledge(core);
    core.change([remove(1)], 'auto', 5_000);
    persist(core, 5_000);
    sent(core);
    core.step(2, { kind: 'heartbeat-reply', term: 9, round: 0 }, 9_000);
    persist(core, 9_000);
    expect(core.role).toBe('follower');
    sent(core);
    core.tick(20_000);
    persist(core, 20_000);
    expect(sent(core)).toMatchObject([{ to: 2, message: { kind: 'vote', term: 10 } }]);
    core.step(2, { kind: 'vote-reply', pre: false, term: 10, granted: true }, 20_000);
    expect(core.role).toBe('leader');
  });

  test('does not campaign once it knows that it is removed', () => {
    const core = leading();
    core.change([remove(1)], 'auto', 5_000);
    persist(core, 5_000);
    acknowledge(core);
    core.tick(50_000);
    expect(core.role).toBe('follower');
  });
});

describe('others', () => {
  test('a learner votes: it may be a voter by now', () => {
    const core = made({ self: 4, configuration: plainConfiguration([1, 2, 3], [4]) });
    core.tick(50_000);
    expect(core.role).toBe('follower');
    core.step(1, vote(1, 0, 0), 50_000);
    persist(core);
    expect(messages(core)).toMatchObject([{ kind: 'vote-reply', granted: true }]);
  });

  test('learners are not asked for votes and do not count', () => {
    const core = made({ configuration: plainConfiguration([1, 2, 3], [4, 5]) });
    core.tick(5_000);
    persist(core, 5_000);
    expect(sent(core).map(({ to }) => to)).toEqual([2, 3]);
    for (const from of [4, 5]) {
      core.step(from, { kind: 'vote-reply', pre: false, term: 1, granted: true }, 5_000);
    }
    expect(core.role).toBe('candidate');
    core.step(2, { kind: 'vote-reply', pre: false, term: 1, granted: true }, 5_000);
    persist(core, 5_000);
    sent(core);
    for (const from of [4, 5]) core.step(from, ack(1, 1), 5_000);
    expect(core.commit).toBe(0);
  });

  test('a node that was removed is not listened to', () => {
    const core = leading();
    core.change([remove(3)], 'auto', 5_000);
    settle(core);
    core.propose('command', Uint8Array.of(1), 5_000);
    persist(core, 5_000);
    core.step(3, ack(1, 3), 5_000);
    expect([core.commit, core.matches[3]]).toEqual([2, 1]);
  });

  test('a learner that joins has an election time-out to answer before it counts as silent', () => {
    const core = leading();
    core.change([addLearner(4)], 'auto', 5_000);
    settle(core);
    core.change([addVoter(4)], 'auto', 5_000);
    core.step(2, ack(1, 3), 5_500);
    core.tick(6_000);
    expect(core.role).toBe('leader');
  });
});
