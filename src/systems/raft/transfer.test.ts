import { beforeEach, describe, expect, test } from 'vitest';
import {
  ack,
  append,
  clearProbes,
  elect,
  electionTimeoutUs,
  entry,
  made,
  messages,
  persist,
  probes,
  sent,
  vote,
} from '../../../test/raft/core.ts';
import type { RaftCore } from './raft-core.ts';

beforeEach(clearProbes);

function leading(): RaftCore {
  const core = made();
  elect(core);
  persist(core, 5_000);
  for (const from of core.others) core.step(from, ack(1, 1), 5_000);
  sent(core);
  return core;
}

const orders = (core: RaftCore) =>
  sent(core).filter(({ message }) => message.kind === 'timeout-now');

describe('the leader', () => {
  test('tells a target that has its whole log to campaign at once', () => {
    const core = leading();
    expect(core.transfer(3, 5_000)).toBe('');
    expect(orders(core)).toEqual([{ to: 3, message: { kind: 'timeout-now', term: 1 } }]);
  });

  test('waits until the target has its whole log', () => {
    const core = leading();
    core.propose('command', Uint8Array.of(1), 5_000);
    core.transfer(3, 5_000);
    core.step(2, ack(1, 2), 5_000);
    expect(orders(core)).toEqual([]);
    core.step(3, ack(1, 2), 5_000);
    expect(orders(core).map(({ to }) => to)).toEqual([3]);
  });

  test('takes no proposals meanwhile, and takes them again when it gives up', () => {
    const core = leading();
    core.propose('command', Uint8Array.of(1), 5_000);
    core.transfer(3, 5_000);
    expect(core.accepts(1)).toBe(false);
    core.step(2, ack(1, 2), 5_900);
    core.tick(5_900);
    expect(core.accepts(1)).toBe(false);
    core.tick(5_000 + electionTimeoutUs);
    expect([core.role, core.accepts(1), core.transferee]).toEqual(['leader', true, 0]);
    core.step(3, ack(1, 2), 6_100);
    expect(orders(core)).toEqual([]);
  });

  test('gives up in time although reads put every heartbeat off', () => {
    const core = leading();
    core.transfer(3, 5_000);
    for (let nowUs = 5_000; nowUs <= 5_000 + electionTimeoutUs; nowUs += 10) {
      expect(core.transferee).toBe(3);
      core.readIndex(nowUs, nowUs);
      core.step(2, { kind: 'heartbeat-reply', term: 1, round: core.round }, nowUs);
      core.tick(nowUs);
    }
    expect([core.role, core.transferee]).toEqual(['leader', 0]);
  });

  test.each([
    ['itself', 1],
    ['nobody', 0],
    ['a stranger', 7],
  ])('does not hand over to %s', (_, target) => {
    const core = leading();
    expect(core.transfer(target, 5_000)).not.toBe('');
    expect(core.accepts(1)).toBe(true);
  });

  test('forgets the transfer with its leadership', () => {
    const core = leading();
    core.propose('command', Uint8Array.of(1), 5_000);
    core.transfer(3, 5_000);
    core.step(2, { kind: 'heartbeat-reply', term: 5, round: 0 }, 5_100);
    expect([core.role, core.transferee]).toEqual(['follower', 0]);
  });
});

describe('the target', () => {
  test('campaigns without asking first, and says that it was told to', () => {
    const core = made({ preVote: true });
    core.step(2, append(1, 0, 0, [entry(1, 1)]), 0);
    persist(core);
    sent(core);
    core.step(2, { kind: 'timeout-now', term: 1 }, 10);
    persist(core, 10);
    expect(messages(core)).toMatchObject([
      { kind: 'vote', pre: false, transfer: true, term: 2 },
      { kind: 'vote', pre: false, transfer: true, term: 2 },
    ]);
    core.step(3, { kind: 'vote-reply', pre: false, term: 2, granted: true }, 20);
    expect(core.role).toBe('leader');
    expect(probes).toContain('transfer succeeded');
  });

  test('says so in that campaign only', () => {
    const core = made();
    core.step(2, append(1, 0, 0, []), 0);
    core.step(2, { kind: 'timeout-now', term: 1 }, 10);
    persist(core, 10);
    sent(core);
    core.tick(50_000);
    persist(core, 50_000);
    expect(messages(core)).toMatchObject([{ transfer: false }, { transfer: false }]);
  });

  test('does nothing for a leader of the past', () => {
    const core = made();
    core.step(2, append(1, 0, 0, []), 0);
    core.step(3, append(2, 0, 0, []), 0);
    core.step(2, { kind: 'timeout-now', term: 1 }, 10);
    core.step(2, { kind: 'timeout-now', term: 2 }, 10);
    expect([core.role, core.term]).toEqual(['follower', 2]);
  });
});

test('followers of a live leader vote in an election that it asked for, and in no other', () => {
  const core = made();
  core.step(2, append(1, 0, 0, []), 0);
  persist(core);
  sent(core);
  core.step(3, vote(2, 9, 9), 10);
  expect([core.term, messages(core)]).toEqual([1, []]);
  core.step(3, { ...vote(2, 9, 9), transfer: true } as never, 10);
  persist(core);
  expect(messages(core)).toMatchObject([{ kind: 'vote-reply', granted: true, term: 2 }]);
});
