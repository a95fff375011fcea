import { beforeEach, describe, expect, test } from 'vitest';
import {
  ack,
  append,
  clearProbes,
  elect,
  electionTimeoutUs,
  made,
  messages,
  persist,
  probes,
  sent,
  vote,
} from '../../../test/raft/core.ts';
import { leaseUs } from './lease.ts';
import type { RaftCore } from './raft-core.ts';
import type { HeartbeatMessage } from './types.ts';

beforeEach(clearProbes);

const lengthUs = leaseUs(electionTimeoutUs, 20_000);

function leading(options: Parameters<typeof made>[0] = {}): RaftCore {
  const core = made({ ...options, options: { leaseReads: true, ...options.options } });
  elect(core, 5_000);
  persist(core, 5_000);
  for (const from of core.others) core.step(from, ack(1, 1), 5_000);
  sent(core);
  return core;
}

/** Sends heartbeats; gives the number of their round. */
function beat(core: RaftCore, nowUs: number): number {
  core.tick(nowUs);
  const beats = messages(core).filter(({ kind }) => kind === 'heartbeat') as HeartbeatMessage[];
  return beats.at(-1)!.round;
}

function answer(core: RaftCore, from: number, round: number, nowUs: number): void {
  core.step(from, { kind: 'heartbeat-reply', term: core.term, round }, nowUs);
}

let lastRead = 0;

/** Whether a read is served at once. */
function reads(core: RaftCore, nowUs: number): boolean {
  core.releasedReads.length = 0;
  core.readIndex(++lastRead, nowUs);
  return core.releasedReads.includes(lastRead);
}

test('a lease is shorter than the time-out by twice the drift of clocks', () => {
  expect(leaseUs(1_000_000, 0)).toBe(999_998);
  expect(leaseUs(1_000_000, 20_000)).toBe(959_998);
  for (const ppm of [0, 1, 200, 20_000, 100_000]) {
    const drift = ppm / 1_000_000;
    // What the leader's slow clock calls a lease, against what a follower's fast one calls a time-out.
    expect(leaseUs(1_000_000, ppm) / (1 - drift)).toBeLessThan(1_000_000 / (1 + drift));
  }
});

describe('a leader', () => {
  test('reads at once from the answer of a quorum on, as if it had come with the question', () => {
    const core = leading();
    expect(reads(core, 5_000)).toBe(false);
    const round = beat(core, 5_100);
    answer(core, 2, round, 5_900);
    expect(reads(core, 5_100 + lengthUs - 1)).toBe(true);
    expect(reads(core, 5_100 + lengthUs)).toBe(false);
    expect(probes).toContain('lease read served');
  });

  test('counts answers of a quorum only', () => {
    const core = leading({ size: 5 });
    const round = beat(core, 5_100);
    answer(core, 2, round, 5_200);
    expect(reads(core, 5_200)).toBe(false);
    answer(core, 3, round, 5_300);
    expect(reads(core, 5_300)).toBe(true);
  });

  test('holds no lease before something of its term is committed', () => {
    const core = made({ options: { leaseReads: true } });
    elect(core, 5_000);
    const round = beat(core, 5_100);
    answer(core, 2, round, 5_100);
    expect(reads(core, 5_100)).toBe(false);
  });

  test('gives its lease up for good when it tells somebody to campaign', () => {
    const core = leading();
    answer(core, 2, beat(core, 5_100), 5_100);
    core.transfer(2, 5_150);
    expect(reads(core, 5_150)).toBe(false);
    answer(core, 3, beat(core, 5_200), 5_200);
    core.tick(5_150 + electionTimeoutUs);
    sent(core);
    answer(core, 3, beat(core, 6_500), 6_500);
    expect([core.transferee, reads(core, 6_500)]).toEqual([0, false]);
  });

  test('starts anew when another quorum decides', () => {
    const core = leading();
    const round = beat(core, 5_100);
    answer(core, 2, round, 5_100);
    core.change([{ kind: 'add-learner', member: 4 }], 'auto', 5_150);
    expect(reads(core, 5_150)).toBe(false);
    answer(core, 3, round, 5_160);
    expect(reads(core, 5_160)).toBe(false);
    sent(core);
    answer(core, 3, beat(core, 5_250), 5_250);
    expect(reads(core, 5_250)).toBe(true);
  });
});

describe('a follower', () => {
  test('votes for nobody while a lease may last, though it has learnt of a later term', () => {
    const core = made({ options: { leaseReads: true } });
    core.step(2, append(1, 0, 0, []), 5_000);
    persist(core);
    // An answer to what this node once said as a leader: a later term, and no election behind it.
    core.step(3, { kind: 'heartbeat-reply', term: 7, round: 0 }, 5_100);
    persist(core);
    sent(core);
    core.step(3, vote(8, 9, 9), 5_000 + electionTimeoutUs - 1);
    expect([core.term, messages(core)]).toEqual([7, []]);
    // Nor in that later term itself: seed 700059 of raft-leases.
    core.step(3, vote(7, 9, 9), 5_000 + electionTimeoutUs - 1);
    expect(messages(core)).toMatchObject([{ granted: false }]);
    core.step(3, vote(8, 9, 9), 5_000 + electionTimeoutUs);
    persist(core);
    expect(messages(core)).toMatchObject([{ granted: true }]);
  });

  test('votes for nobody in its first time-out: the life before may have heard from a leader', () => {
    const core = made({ term: 1, options: { leaseReads: true } });
    core.begin(5_000);
    core.step(3, vote(8, 9, 9), 5_000 + electionTimeoutUs - 1);
    expect([core.term, messages(core)]).toEqual([1, []]);
    core.step(3, vote(8, 9, 9), 5_000 + electionTimeoutUs);
    expect(core.term).toBe(8);
  });
});

test('a node of low priority lets the others go first, once', () => {
  const core = made({ options: { priorities: [0, 5] } });
  core.tick(5_000);
  expect([core.role, core.term]).toEqual(['follower', 0]);
  expect(probes).toContain('election left to a higher priority');
  core.tick(10_000);
  expect([core.role, core.term]).toEqual(['candidate', 1]);
  const first = made({ self: 2, options: { priorities: [0, 5] } });
  first.tick(5_000);
  expect(first.role).toBe('candidate');
});
