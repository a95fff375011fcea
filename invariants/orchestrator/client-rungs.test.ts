import { describe, expect, test } from 'vitest';
import type {
  CallDone,
  Told,
  Watched,
} from '../../src/systems/orchestrator/messages/client-messages.ts';
import { second } from '../../src/systems/orchestrator/test-rig.ts';
import { answersAreCommitted, eventsAreWhole, readsAreFresh, sameAnswer } from './clients.ts';
import { client, MomentRig } from './moment-kit.ts';
import { requestsAreAnswered } from './progress-of-nodes.ts';

const call = { session: 5, sequence: 2, command: 'remove-service', sinceUs: 0 };

/** An answer of a manager, as far as rungs look at it. */
function done(index: number, reply: object): CallDone {
  return { kind: 'call-done', request: 1, outcome: 'done', index, reply, token: '' } as CallDone;
}

/** The client has asked for that, under the number that answers bear. */
function asked(kit: MomentRig, sequence: number): void {
  const command = { kind: 'remove-service', service: 'x', version: 0 } as const;
  const about = { session: 5, sequence, oldest: 1 };
  kit.facts.asks.called({ kind: 'call', request: 1, ...about, command }, client, 0);
}

describe('S26 durability', () => {
  function committed() {
    const kit = new MomentRig();
    kit.furnish();
    const index = kit.rig.state.applied;
    const entry = { ...kit.facts.oracle.at(index)!, session: 5, sequence: 2 };
    Object.assign(kit.facts.oracle, { at: (at: number) => (at === index ? entry : undefined) });
    return { kit, index, entry: Object.assign(entry, { reply: { kind: 'done' } }) };
  }

  test('holds for what is in the log, as it was told', () => {
    const { kit, index } = committed();
    const answer = done(index, { kind: 'done' });
    expect(kit.ask(answersAreCommitted, { answer, call })).toBe('held');
  });

  test.each([
    ['an entry that is not there', 99, { kind: 'done' }, 2],
    ['another answer', 0, { kind: 'object', id: '1-1-0', version: 1 }, 2],
    ["another's request", 0, { kind: 'done' }, 3],
  ] as const)('is red for %s', (_what, after, reply, sequence) => {
    const { kit, index } = committed();
    const about = { answer: done(index + after, reply), call: { ...call, sequence } };
    expect(kit.ask(answersAreCommitted, about)).toBe('broken');
  });

  test('says nothing of what is refused at the door', () => {
    const { kit } = committed();
    const answer = done(0, { kind: 'refused', why: 'no-session', what: '' });
    expect(kit.ask(answersAreCommitted, { answer, call })).toBe('premise false');
  });
});

describe('S27A one answer', () => {
  test('is red when the second answer is another', () => {
    const kit = new MomentRig();
    const ask = (reply: object, sequence: number = 2) => {
      asked(kit, sequence);
      return kit.ask(sameAnswer, { message: done(3, reply), peer: client });
    };
    expect(ask({ kind: 'done' })).toBe('premise false');
    expect(ask({ kind: 'done' })).toBe('held');
    expect(ask({ kind: 'object', id: 'x', version: 1 }, 3)).toBe('premise false');
    expect(ask({ kind: 'object', id: 'x', version: 2 })).toBe('broken');
  });

  test('forgives that the session has ended since', () => {
    const kit = new MomentRig();
    asked(kit, 2);
    kit.ask(sameAnswer, { message: done(3, { kind: 'done' }), peer: client });
    const message = done(4, { kind: 'refused', why: 'no-session', what: '' });
    expect(kit.ask(sameAnswer, { message, peer: client })).toBe('premise false');
  });
});

describe('S30 no time travel', () => {
  function read(fresh: boolean, minIndex: number, floor: number) {
    const kit = new MomentRig();
    const service = kit.furnish();
    const { applied } = kit.rig.state;
    const ask = {
      kind: 'ask',
      request: 1,
      fresh,
      minIndex,
      query: { kind: 'service', name: 'web' },
    };
    const tell = (index: number, answer: object) =>
      kit.ask(readsAreFresh, {
        told: { kind: 'told', request: 1, outcome: 'done', leader: '', index, answer } as Told,
        ask: { ask, floor } as never,
      });
    return { applied, tell, answer: { kind: 'service', id: service, service: { version: 1 } } };
  }

  test('holds for what was there at that index', () => {
    const { applied, tell, answer } = read(true, 0, 3);
    expect(tell(applied, answer)).toBe('held');
  });

  test('is red below what was asked for, below the floor, and above the log', () => {
    expect(read(false, 9, 0).tell(8, { kind: 'none' })).toBe('broken');
    expect(read(true, 0, 9).tell(8, { kind: 'none' })).toBe('broken');
    expect(read(false, 0, 9).tell(1, { kind: 'none' })).toBe('held');
    const { applied, tell, answer } = read(false, 0, 0);
    expect(tell(applied + 1, answer)).toBe('broken');
  });

  test('is red for a service that is not there, or in another version', () => {
    const { applied, tell, answer } = read(true, 0, 0);
    expect(tell(applied, { kind: 'none' })).toBe('broken');
    expect(tell(applied, { ...answer, service: { version: 2 } })).toBe('broken');
    expect(tell(applied, { ...answer, id: 'another' })).toBe('broken');
  });
});

describe('S28 events', () => {
  function watched(change: (one: Watched) => Partial<Watched>, after: number = 0) {
    const kit = new MomentRig();
    kit.furnish();
    const events = [];
    // All events of one entry of the rig, as its state tells them.
    for (const { table, key } of kit.rig.state.changed) {
      events.push({ index: kit.rig.state.applied, table, id: String(key) });
    }
    const to = kit.rig.state.applied;
    const from = to - 1;
    const one = { kind: 'watched', request: 1, from, to, gap: false, events } as never as Watched;
    const about = {
      watched: { ...one, ...change(one) },
      watch: { watch: { after: from + after } },
    };
    return { verdict: kit.ask(eventsAreWhole, about as never), count: events.length };
  }

  test('holds for all of them', () => {
    const { verdict, count } = watched(() => ({}));
    expect(count).toBeGreaterThan(0);
    expect(verdict).toBe('held');
  });

  test('is red for one too few, one twice, one of another entry, and a gap that is not told', () => {
    expect(watched(({ events }) => ({ events: events.slice(1) })).verdict).toBe('broken');
    const twice = watched(({ events }) => ({ events: [...events, events.at(-1)!] }));
    expect(twice.verdict).toBe('broken');
    const [first] = [{ index: 1, table: 'tasks', id: '1-1-0' }];
    const old = watched(({ events }) => ({ events: [first as never, ...events] }));
    expect(old.verdict).toBe('broken');
    expect(watched(() => ({}), -1).verdict).toBe('broken');
  });
});

describe('L1 served again', () => {
  const request = { kind: 'call', session: 5, sequence: 2, request: 1, command: { kind: 'x' } };

  test('is red for a request that its client goes on asking in vain', () => {
    const kit = new MomentRig();
    kit.wait(5 * second);
    for (let at = 0; at < 6; at += 1) {
      kit.facts.asks.called(request as never, client, kit.timeUs);
      expect(kit.ask(requestsAreAnswered)).toBe('premise false');
      kit.wait(second);
    }
    expect(kit.ask(requestsAreAnswered)).toBe('broken');
    kit.facts.asks.done(done(3, { kind: 'done' }), client, kit.timeUs);
    expect(kit.ask(requestsAreAnswered)).toBe('held');
  });

  test('owes nothing to a client that has given up', () => {
    const kit = new MomentRig();
    kit.wait(5 * second);
    kit.facts.asks.called(request as never, client, kit.timeUs);
    kit.wait(8 * second);
    expect(kit.ask(requestsAreAnswered)).toBe('premise false');
  });
});
