import fc from 'fast-check';
import { expect, test } from 'vitest';
import { serviceSpec } from '../specs/service-spec.ts';
import type { Command } from '../state/command.ts';
import type { Reply } from '../state/reply.ts';
import { Rig } from '../test-rig.ts';

const create = (name: string): Command => ({
  kind: 'create-service',
  spec: serviceSpec(name, 'app:1'),
});

function session(rig: Rig): number {
  const reply = rig.lead({ kind: 'open-session', owner: 'test' });
  if (reply.kind !== 'session') throw new Error('no session');
  return reply.session;
}

test('copies of requests, in any order and number, take effect once and get one answer', () => {
  const copy = fc.record({ sequence: fc.integer({ min: 1, max: 6 }), oldest: fc.nat(6) });
  fc.assert(
    fc.property(fc.array(copy, { minLength: 5, maxLength: 40 }), (copies) => {
      const rig = new Rig().audited();
      const client = session(rig);
      const answers = new Map<number, Reply>();
      let oldest = 1;
      for (const request of copies) {
        // A client says that it has seen an answer only when it has.
        while (answers.has(oldest) && oldest < request.oldest) oldest += 1;
        const names = ['a', 'b', 'c'];
        const command = create(names[request.sequence % 3]!);
        const before = rig.state.services.size;
        const reply = rig.send(
          client,
          request.sequence,
          Math.min(oldest, request.sequence),
          command,
        );
        const known = answers.get(request.sequence);
        if (known !== undefined) expect(rig.state.services.size).toBe(before);
        const stale = reply.kind === 'refused' && reply.why === 'stale';
        if (known !== undefined && !stale) expect(reply).toEqual(known);
        if (known === undefined && !stale) answers.set(request.sequence, reply);
      }
      const made = [...answers.values()].filter((reply) => reply.kind === 'object');
      expect(rig.state.services.size).toBe(made.length);
    }),
  );
});

test('sessions end: late copies find nothing, and one that was active lately does not expire', () => {
  const rig = new Rig().audited();
  const client = session(rig);
  const first = rig.state.sessions.get(0, client)!.activeIndex;
  rig.send(client, 1, 1, create('a'));
  const expire = (activeIndex: number): Reply =>
    rig.lead({ kind: 'expire-session', expired: client, activeIndex });
  expect(expire(first)).toMatchObject({ why: 'stale' });
  expect(expire(first + 1)).toEqual({ kind: 'done' });
  expect(rig.send(client, 1, 1, create('b'))).toMatchObject({ why: 'no-session' });
  expect(rig.state.replies.size).toBe(0);
});

test('who may ask what: clients nothing of the leader, nobody anything without a session', () => {
  const rig = new Rig().audited();
  const client = session(rig);
  expect(rig.lead(create('a'))).toMatchObject({ why: 'no-session' });
  expect(rig.send(client, 1, 1, { kind: 'barrier' })).toMatchObject({ why: 'forbidden' });
  const ahead = rig.state.settings.requestWindow + 1;
  expect(rig.send(client, ahead, 1, create('a'))).toMatchObject({ why: 'invalid' });
});

test('an earlier leader is refused, and a clock that goes back does not take time back', () => {
  const rig = new Rig().audited();
  rig.term = 3;
  rig.timeUs = 1_000;
  rig.lead({ kind: 'barrier' });
  rig.term = 2;
  expect(rig.lead({ kind: 'barrier' })).toMatchObject({ why: 'stale' });
  rig.term = 4;
  rig.timeUs = 10;
  rig.lead({ kind: 'barrier' });
  expect([rig.state.term, rig.state.timeUs]).toEqual([4, 1_000]);
});

test('compare and set: a change upon an old version is refused and changes nothing', () => {
  const rig = new Rig().audited();
  const web = rig.service('web');
  const { spec } = rig.state.services.get(web)!;
  const scaled = { ...spec, mode: { kind: 'replicated', replicas: 3 } } as const;
  const update = (version: number): Reply =>
    rig.ask({ kind: 'update-service', service: web, version, spec: scaled });
  expect(update(1)).toEqual({ kind: 'object', id: web, version: 2 });
  expect(update(1)).toMatchObject({ why: 'conflict' });
  expect(update(2)).toEqual({ kind: 'object', id: web, version: 3 });
});

test('names are unique while the object lives, and free again at its removal', () => {
  const rig = new Rig().audited();
  rig.node();
  const web = rig.service('web');
  rig.calm();
  expect(rig.ask(create('web'))).toMatchObject({ why: 'exists' });
  rig.ask({ kind: 'remove-service', service: web, version: 0 });
  const again = rig.service('web');
  expect(again).not.toBe(web);
  rig.calm();
  expect([...rig.state.services.keys()]).toEqual([again]);
});
