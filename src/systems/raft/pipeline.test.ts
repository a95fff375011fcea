import { beforeEach, describe, expect, test } from 'vitest';
import { ack, clearProbes, elect, made, persist, probes, sent } from '../../../test/raft/core.ts';
import { InflightWindow } from './progress.ts';
import type { RaftCore } from './raft-core.ts';
import type { AppendMessage } from './types.ts';

beforeEach(clearProbes);

/** A leader whose follower 2 is known to match. */
function leading(maxInflight: number, options: { maxInflightBytes?: number } = {}): RaftCore {
  const core = made({ batchEntries: 1, options: { maxInflight, ...options } });
  elect(core);
  persist(core, 5_000);
  core.step(2, ack(1, 1), 5_000);
  sent(core);
  return core;
}

function propose(core: RaftCore, bytes = 1): void {
  core.propose('command', new Uint8Array(bytes), 5_000);
}

/** The entries that were sent to follower 2, by append. */
function appends(core: RaftCore): number[][] {
  return sent(core)
    .filter(({ to, message }) => to === 2 && message.kind === 'append')
    .map(({ message }) => (message as AppendMessage).entries.map(({ index }) => index));
}

const refusal = (index: number, hintIndex: number) =>
  ({ ...ack(1, index), ok: false, hintIndex, hintTerm: 1 }) as const;

describe('a follower that matches', () => {
  test('gets entry after entry without an answer, as many as the window takes', () => {
    const core = leading(3);
    for (let count = 0; count < 5; count++) propose(core);
    expect(appends(core)).toEqual([[2], [3], [4]]);
    expect(probes).toContain('pipeline full');
    core.step(2, ack(1, 2), 5_000);
    expect(appends(core)).toEqual([[5]]);
    core.step(2, ack(1, 5), 5_000);
    expect(appends(core)).toEqual([[6]]);
  });

  test('gets no more bytes than the window takes, but always one append', () => {
    const core = leading(9, { maxInflightBytes: 10 });
    for (let count = 0; count < 3; count++) propose(core, 6);
    expect(appends(core)).toEqual([[2], [3]]);
    core.step(2, ack(1, 3), 5_000);
    expect(appends(core)).toEqual([[4]]);
    const small = leading(9, { maxInflightBytes: 1 });
    propose(small, 50);
    propose(small, 50);
    expect(appends(small)).toEqual([[2]]);
  });

  test('is probed when it refuses: what was on its way does not count any more', () => {
    const core = leading(2);
    for (let count = 0; count < 3; count++) propose(core);
    appends(core);
    core.step(2, refusal(2, 1), 5_000);
    expect(core.progress[2]).toMatchObject({ state: 'probe', next: 2 });
    expect(appends(core)).toEqual([[2]]);
    core.step(2, refusal(2, 1), 5_000);
    expect(appends(core)).toEqual([]);
    core.step(2, ack(1, 2), 5_000);
    expect(core.progress[2]!.state).toBe('replicate');
    expect(appends(core)).toEqual([[3], [4]]);
  });

  test('is probed when nothing comes back', () => {
    const core = leading(2);
    propose(core);
    propose(core);
    appends(core);
    core.step(2, { kind: 'heartbeat-reply', term: 1, round: 0 }, 5_050);
    expect(appends(core)).toEqual([]);
    core.step(2, { kind: 'heartbeat-reply', term: 1, round: 0 }, 5_150);
    expect(appends(core)).toEqual([[2]]);
    expect(core.progress[2]!.window.count).toBe(0);
  });
});

test('a follower that is probed gets one append at a time', () => {
  const core = leading(5);
  core.step(3, refusal(0, 0), 5_000);
  for (let count = 0; count < 3; count++) propose(core);
  const toThree = sent(core).filter(({ to }) => to === 3);
  expect(toThree).toEqual([]);
});

test('a window forgets what has arrived, and counts bytes', () => {
  const window = new InflightWindow();
  for (let last = 1; last <= 200; last++) window.add(last, 3);
  expect([window.count, window.bytes]).toEqual([200, 600]);
  expect(window.freeTo(0)).toBe(false);
  expect(window.freeTo(150)).toBe(true);
  expect([window.count, window.bytes]).toEqual([50, 150]);
  window.add(201, 7);
  window.freeTo(200);
  expect([window.count, window.bytes]).toEqual([1, 7]);
  window.clear();
  expect([window.count, window.bytes]).toEqual([0, 0]);
});

describe('what is not committed', () => {
  test('is bounded in bytes; one that is larger than all goes alone', () => {
    const core = leading(9);
    expect(core.accepts(5_000)).toBe(true);
    propose(core, 5_000);
    expect(core.accepts(1)).toBe(false);
    persist(core, 5_000);
    core.step(2, ack(1, 2), 5_000);
    expect([core.commit, core.uncommittedBytes, core.accepts(1)]).toEqual([2, 0, true]);
  });

  test('of earlier terms counts for a new leader', () => {
    const core = made({ terms: [1, 1, 1] });
    elect(core);
    expect(core.uncommittedBytes).toBe(3);
    persist(core, 5_000);
    core.step(2, ack(2, 4), 5_000);
    expect(core.uncommittedBytes).toBe(0);
  });
});
