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
  noData,
  persist,
  probes,
  sent,
} from '../../../test/raft/core.ts';
import type { RaftCore } from './raft-core.ts';

beforeEach(clearProbes);

describe('commitment', () => {
  test('an entry of an earlier term is not committed by counting, but by one of this term', () => {
    const core = made({ size: 5, terms: [1, 2] });
    elect(core);
    persist(core);
    core.step(2, ack(3, 2), 5_000);
    core.step(3, ack(3, 2), 5_000);
    expect(core.commit).toBe(0);
    core.step(2, ack(3, 3), 5_000);
    core.step(3, ack(3, 3), 5_000);
    expect(core.commit).toBe(3);
    expect(probes).toContain('old-term entry committed through a new one');
  });

  test('never goes back for a leader that knows less', () => {
    const core = made({ terms: [1, 1, 1] });
    core.step(2, append(2, 3, 1, [], 3), 0);
    core.step(3, append(3, 3, 1, [], 1), 0);
    expect(core.commit).toBe(3);
  });

  test('a follower commits no further than the append has verified', () => {
    const core = made({ terms: [1, 1, 1] });
    core.step(2, append(2, 1, 1, [], 3), 0);
    expect(core.commit).toBe(1);
  });

  test('a committed entry is never overwritten', () => {
    const core = made({ terms: [1, 1] });
    core.step(2, append(2, 2, 1, [], 2), 0);
    core.step(3, append(3, 0, 0, [entry(1, 3), entry(2, 3)]), 0);
    expect([core.log.term(1), core.log.term(2)]).toEqual([1, 1]);
  });
});

describe('replication', () => {
  test('a late copy of a shorter append cuts nothing', () => {
    const core = made();
    core.step(2, append(1, 0, 0, [entry(1, 1), entry(2, 1)]), 0);
    core.step(2, append(1, 0, 0, [entry(1, 1)]), 0);
    expect(core.log.lastIndex).toBe(2);
    expect(probes).not.toContain('uncommitted tail truncated');
  });

  test('an append that begins before the snapshot is taken from the snapshot on', () => {
    const core = made({ snapshotIndex: 5, terms: [1] });
    core.step(2, append(1, 3, 1, [entry(4, 1), entry(5, 1), entry(6, 1), entry(7, 1)]), 0);
    persist(core);
    expect(core.log.lastIndex).toBe(7);
    expect(messages(core)).toMatchObject([{ ok: true, index: 7 }]);
    core.step(2, append(1, 1, 1, [entry(2, 1)]), 0);
    expect(messages(core)).toMatchObject([{ ok: true, index: 7 }]);
  });

  test('a refusal brings the leader back by a term at a time', () => {
    const follower = made({ self: 2, terms: [1, 1, 2, 2, 2] });
    const leader = made({ terms: [1, 1, 1, 4, 4] });
    elect(leader);
    let rounds = 0;
    for (; leader.matches[2]! < 6 && rounds < 10; rounds++) {
      for (const { to, message } of sent(leader)) {
        if (to === 2 && message.kind === 'append') follower.step(1, message, 5_000);
      }
      persist(follower, 5_000);
      for (const message of messages(follower)) leader.step(2, message, 5_000);
    }
    expect(follower.log.lastTerm).toBe(5);
    expect(rounds).toBeLessThan(4);
  });

  test('a late refusal does not rewind what is known to match', () => {
    const core = made({ terms: [1, 1] });
    elect(core);
    core.step(2, ack(2, 3), 5_000);
    messages(core);
    core.step(
      2,
      { kind: 'append-reply', term: 2, ok: false, index: 2, hintIndex: 0, hintTerm: 0, round: 0 },
      5_000,
    );
    expect([core.matches[2], core.progress[2]!.next, messages(core)]).toEqual([3, 4, []]);
  });

  test('a lost answer is made up for after a heartbeat', () => {
    const core = made();
    elect(core);
    messages(core);
    core.step(2, { kind: 'heartbeat-reply', term: 1, round: 0 }, 5_050);
    expect(messages(core)).toEqual([]);
    core.step(2, { kind: 'heartbeat-reply', term: 1, round: 0 }, 5_100);
    expect(messages(core)).toMatchObject([{ kind: 'append', prevIndex: 0 }]);
  });

  test('a leader of an earlier term is told so', () => {
    const core = made({ term: 6 });
    core.step(2, append(5, 0, 0, []), 0);
    expect(messages(core)).toMatchObject([{ kind: 'append-reply', term: 6, ok: false }]);
  });

  test('a log shorter than the leader knows is lost data', () => {
    const core = made({ terms: [1] });
    core.step(2, { kind: 'heartbeat', term: 1, commit: 3, round: 0 }, 0);
    expect(core.lostData).not.toBe('');
  });
});

describe('quorum checks and reads', () => {
  test('a leader that hears nobody for an election timeout steps down', () => {
    const core = made();
    elect(core);
    core.tick(5_000 + electionTimeoutUs);
    expect(core.role).toBe('leader');
    core.tick(5_000 + 2 * electionTimeoutUs);
    expect([core.role, core.leader]).toEqual(['follower', 0]);
  });

  test('a read waits for an entry of the term, and for a quorum that was asked after it came', () => {
    const core = made({ terms: [1] });
    elect(core);
    core.readIndex(7, 5_000);
    messages(core);
    core.step(2, ack(2, 2), 5_000);
    persist(core, 5_000);
    expect([core.commit, core.releasedReads]).toEqual([2, []]);
    const beats = messages(core).filter((message) => message.kind === 'heartbeat');
    expect(beats).toMatchObject([{ round: 1 }, { round: 1 }]);
    core.step(2, { kind: 'heartbeat-reply', term: 2, round: 0 }, 5_000);
    expect(core.releasedReads).toEqual([]);
    core.step(2, { kind: 'heartbeat-reply', term: 2, round: 1 }, 5_000);
    expect([core.releasedReads, core.releasedAt]).toEqual([[7], [2]]);
  });

  test('a read that comes during a round waits for the next one', () => {
    const core = made();
    elect(core);
    persist(core, 5_000);
    core.step(2, ack(1, 1), 5_000);
    core.readIndex(1, 5_000);
    core.readIndex(2, 5_000);
    core.step(3, { kind: 'heartbeat-reply', term: 1, round: 1 }, 5_000);
    expect(core.releasedReads).toEqual([1]);
    core.step(3, { kind: 'heartbeat-reply', term: 1, round: 2 }, 5_000);
    expect(core.releasedReads).toEqual([1, 2]);
  });

  test('reads do not outlive leadership', () => {
    const core = made();
    elect(core);
    core.readIndex(1, 5_000);
    core.step(2, append(9, 0, 0, []), 5_000);
    expect([core.refusedReads, core.leadershipsLost]).toEqual([[1], 1]);
  });
});

describe('snapshots', () => {
  /** Carries messages between leader 1 and follower 2 until both are quiet. */
  function exchange(leader: RaftCore, follower: RaftCore): void {
    for (let round = 0; round < 100; round++) {
      const out = sent(leader).filter(({ to }) => to === 2);
      for (const { message } of out) follower.step(1, message, 5_000);
      if (follower.installing !== undefined) follower.installed();
      persist(follower, 5_000);
      const back = messages(follower);
      for (const message of back) leader.step(2, message, 5_000);
      if (out.length + back.length === 0) return;
    }
    throw new Error('never quiet');
  }

  test('go in pieces to a follower that needs compacted entries; appends go on behind them', () => {
    const leader = made({ snapshotIndex: 5, terms: [1, 1] });
    const follower = made({ self: 2, terms: [1] });
    elect(leader);
    persist(leader);
    exchange(leader, follower);
    expect([follower.snapshot?.index, follower.log.lastIndex]).toEqual([5, 8]);
    expect([leader.matches[2], leader.progress[2]!.state]).toEqual([8, 'replicate']);
    expect(leader.commit).toBe(8);
  });

  test('begin again when the follower forgot what it had', () => {
    const leader = made({ snapshotIndex: 5, machineBytes: 500 });
    elect(leader);
    const follower = made({ self: 2 });
    for (let pieces = 0; pieces < 3; pieces++) {
      for (const { to, message } of sent(leader)) if (to === 2) follower.step(1, message, 5_000);
      persist(follower, 5_000);
      for (const message of messages(follower)) leader.step(2, message, 5_000);
    }
    expect(leader.progress[2]!.snapshotAcked).toBeGreaterThan(0);
    const restarted = made({ self: 2, term: follower.term });
    exchange(leader, restarted);
    for (const nowUs of [6_000, 7_000]) {
      leader.step(2, { kind: 'heartbeat-reply', term: leader.term, round: 0 }, nowUs);
      exchange(leader, restarted);
    }
    expect(restarted.snapshot?.index).toBe(5);
  });

  test('arrive whatever the order of their pieces', () => {
    const leader = made({ snapshotIndex: 5, machineBytes: 500 });
    elect(leader);
    const follower = made({ self: 2 });
    for (let round = 0; round < 100 && follower.installing === undefined; round++) {
      const out = sent(leader).filter(({ to }) => to === 2);
      for (const { message } of out.reverse()) follower.step(1, message, 5_000);
      persist(follower, 5_000);
      for (const message of messages(follower)) leader.step(2, message, 5_000);
    }
    expect(follower.installing?.file).toEqual(leader.snapshot!.file);
  });

  test('no campaign, no append and no commitment while one is being made durable', () => {
    const leader = made({ snapshotIndex: 5 });
    elect(leader);
    const follower = made({ self: 2 });
    for (let piece = 0; piece < 50 && follower.installing === undefined; piece++) {
      for (const { to, message } of sent(leader)) if (to === 2) follower.step(1, message, 5_000);
      persist(follower, 5_000);
      for (const message of messages(follower)) leader.step(2, message, 5_000);
    }
    expect(follower.installing?.index).toBe(5);
    follower.tick(50_000);
    follower.step(1, append(leader.term, 0, 0, [entry(1, 1)], 1), 50_000);
    expect([follower.role, follower.commit, follower.log.lastIndex]).toEqual(['follower', 0, 0]);
    follower.installFailed();
    follower.tick(90_000);
    expect(follower.role).toBe('candidate');
  });

  test('an old one changes nothing', () => {
    const core = made({ terms: [1, 1, 1] });
    core.step(2, append(2, 3, 1, [], 3), 0);
    persist(core);
    messages(core);
    const data = new Uint8Array(5);
    const old = { index: 2, indexTerm: 1, offset: 0, totalBytes: 5, data, round: 0 };
    core.step(2, { kind: 'snapshot', term: 2, ...old }, 0);
    expect([core.installing, core.log.lastIndex, core.commit]).toEqual([undefined, 3, 3]);
    expect(messages(core)).toMatchObject([{ installed: true, index: 2 }]);
  });
});

test('a leader appends nothing in the name of a term it does not lead', () => {
  const core = made();
  elect(core);
  core.step(2, append(9, 0, 0, []), 5_000);
  expect(core.accepts(0)).toBe(false);
  expect(() => core.propose('command', noData, 5_000)).toThrow('only a leader');
});
