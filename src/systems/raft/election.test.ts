import { describe, expect, test } from 'vitest';
import {
  ack,
  append,
  elect,
  entry,
  made,
  messages,
  persist,
  sent,
  vote,
} from '../../../test/raft/core.ts';

describe('durability', () => {
  test('a candidate asks nobody and counts nothing before its vote is durable', () => {
    const core = made();
    core.tick(5_000);
    expect([core.role, core.term, messages(core)]).toEqual(['candidate', 1, []]);
    core.step(2, { kind: 'vote-reply', pre: false, term: 1, granted: true }, 5_000);
    expect(core.role).toBe('candidate');
    persist(core, 5_000);
    expect(messages(core).map((message) => message.kind)).toEqual(['vote', 'vote']);
  });

  test('a granted vote leaves when it is durable; a write begun before it does not count', () => {
    const core = made();
    core.step(2, append(1, 0, 0, [entry(1, 1)]), 0);
    core.beginWrite();
    core.step(3, vote(2, 9, 2), 5_000);
    core.writeDone(5_000);
    expect(messages(core)).toEqual([]);
    persist(core);
    expect(sent(core)).toEqual([
      { to: 3, message: { kind: 'vote-reply', pre: false, term: 2, granted: true } },
    ]);
  });

  test('a write that failed releases nothing', () => {
    const core = made();
    core.step(2, vote(2, 9, 2), 0);
    core.beginWrite();
    core.writeFailed();
    expect([messages(core), core.needsWrite]).toEqual([[], true]);
    persist(core);
    expect(messages(core).length).toBe(1);
  });

  test('an append is acknowledged when it is durable, up to what was verified', () => {
    const core = made();
    core.step(2, append(1, 0, 0, [entry(1, 1), entry(2, 1)]), 0);
    core.beginWrite();
    core.step(2, append(1, 2, 1, [entry(3, 1)]), 0);
    expect(messages(core)).toEqual([]);
    core.writeDone(0);
    expect(messages(core)).toMatchObject([{ ok: true, index: 2 }]);
    persist(core);
    expect(messages(core)).toMatchObject([{ ok: true, index: 3 }]);
  });

  test('a heartbeat-like append over a longer, divergent log acknowledges only what it covers', () => {
    const core = made({ terms: [1, 1, 1, 1] });
    core.step(2, append(2, 2, 1, []), 0);
    persist(core);
    expect(messages(core)).toMatchObject([{ ok: true, index: 2 }]);
  });

  test('entries that were replaced while being written are not durable', () => {
    const core = made();
    core.step(2, append(1, 0, 0, [entry(1, 1), entry(2, 1)]), 0);
    core.beginWrite();
    core.step(3, append(2, 1, 1, [entry(2, 2)]), 5_000);
    core.writeDone(5_000);
    expect(core.log.stableIndex).toBe(1);
    persist(core);
    expect(core.log.stableIndex).toBe(2);
  });

  // An entry goes, comes back, and the end of the write that had it first says nothing of the second.
  test('entries that came back while the first copy was being written are not durable', () => {
    const core = made();
    core.step(2, append(1, 0, 0, [entry(1, 1), entry(2, 1)]), 0);
    core.beginWrite();
    core.step(3, append(2, 1, 1, [entry(2, 2)]), 5_000);
    core.step(2, append(3, 1, 1, [entry(2, 1), entry(3, 3)]), 9_000);
    sent(core);
    core.writeDone(9_000);
    expect([core.log.stableIndex, messages(core)]).toEqual([1, []]);
    persist(core);
    expect(messages(core).at(-1)).toMatchObject({ ok: true, index: 3, term: 3 });
  });

  test('a leader counts its own copy only when that is durable', () => {
    const core = made({ size: 2 });
    elect(core);
    core.step(2, ack(1, 1), 5_000);
    expect(core.commit).toBe(0);
    persist(core, 5_000);
    expect(core.commit).toBe(1);
  });
});

describe('votes', () => {
  test('one per term, also after another role and after a restart', () => {
    const core = made();
    core.step(2, vote(5, 0, 0), 0);
    core.step(3, vote(5, 9, 9), 0);
    persist(core);
    expect(messages(core)).toMatchObject([{ granted: true }, { granted: false }]);
    const restarted = made({ term: 5, votedFor: 2 });
    restarted.step(3, vote(5, 9, 9), 0);
    restarted.step(2, vote(5, 9, 9), 0);
    expect(messages(restarted)).toMatchObject([{ granted: false }, { granted: true }]);
  });

  test('only for a log at least as complete', () => {
    const core = made({ terms: [1, 3] });
    core.step(2, vote(4, 9, 2), 0);
    persist(core);
    expect(messages(core)).toMatchObject([{ granted: false, term: 4 }]);
    core.step(2, vote(5, 2, 3), 0);
    persist(core);
    expect(messages(core)).toMatchObject([{ granted: true, term: 5 }]);
  });

  test('a request that is refused does not restart the election timer', () => {
    const core = made({ terms: [2] });
    const { electionDeadlineUs } = core;
    core.step(2, vote(3, 0, 0), 500);
    expect([core.term, core.electionDeadlineUs]).toEqual([3, electionDeadlineUs]);
  });

  test('a grant of an earlier term is not counted', () => {
    const core = made({ size: 5 });
    core.tick(5_000);
    persist(core);
    core.tick(10_000);
    persist(core);
    for (const from of [2, 3]) {
      core.step(from, { kind: 'vote-reply', pre: false, term: 1, granted: true }, 10_000);
    }
    expect([core.role, core.term]).toEqual(['candidate', 2]);
  });

  test('a second grant of the same voter is not counted', () => {
    const core = made({ size: 5 });
    core.tick(5_000);
    persist(core);
    for (let copy = 0; copy < 3; copy++) {
      core.step(2, { kind: 'vote-reply', pre: false, term: 1, granted: true }, 5_000);
    }
    expect(core.role).toBe('candidate');
  });

  test('the request speaks of the durable log alone', () => {
    const core = made({ preVote: true, terms: [1] });
    core.step(2, append(1, 1, 1, [entry(2, 1)]), 0);
    core.tick(5_000);
    expect(messages(core)).toMatchObject([
      { kind: 'vote', pre: true, term: 2, lastIndex: 1 },
      { kind: 'vote', pre: true, term: 2, lastIndex: 1 },
    ]);
  });

  test('a voter that hears a leader refuses; a leader keeps its term', () => {
    const core = made();
    core.step(2, append(1, 0, 0, []), 0);
    persist(core);
    messages(core);
    core.step(3, vote(2, 9, 9), 500);
    expect([core.term, messages(core)]).toEqual([1, []]);
    core.step(3, vote(2, 9, 9), 1_500);
    expect(core.term).toBe(2);
  });
});

describe('pre-vote', () => {
  test('changes nothing at the voter, and nothing at the candidate until a quorum agrees', () => {
    const voter = made({ self: 2, preVote: true });
    voter.step(1, vote(1, 0, 0, true), 5_000);
    expect([voter.term, voter.votedFor, voter.needsWrite]).toEqual([0, 0, false]);
    expect(messages(voter)).toEqual([{ kind: 'vote-reply', pre: true, term: 1, granted: true }]);
    const core = made({ preVote: true });
    core.tick(5_000);
    expect([core.role, core.term]).toEqual(['pre-candidate', 0]);
    core.step(2, { kind: 'vote-reply', pre: true, term: 1, granted: true }, 5_000);
    expect([core.role, core.term]).toEqual(['candidate', 1]);
  });

  test('a refusal with a later term is taken on', () => {
    const core = made({ preVote: true });
    core.tick(5_000);
    core.step(2, { kind: 'vote-reply', pre: true, term: 7, granted: false }, 5_000);
    expect([core.role, core.term]).toEqual(['follower', 7]);
  });

  test('nodes that all lost their leader do not refuse each other', () => {
    const core = made({ preVote: true });
    core.step(3, append(1, 0, 0, []), 4_000);
    persist(core);
    core.tick(5_200);
    expect(core.role).toBe('pre-candidate');
    messages(core);
    core.step(2, vote(2, 0, 0, true), 5_200);
    expect(messages(core)).toMatchObject([{ pre: true, granted: true }]);
  });
});
