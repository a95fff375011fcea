import { expect, test } from 'vitest';
import { capsFor } from '../placement/storage-class.ts';
import { auditState } from './audit.ts';
import { outcome, Rig, testClasses } from './test-rig.ts';

/** A rig with one chunk that nobody writes any more, on servers 1, 3 and 5. */
function settled(): { rig: Rig; session: number; chunk: number } {
  const rig = Rig.furnished();
  const session = rig.session();
  const inode = rig.file(session, 'a');
  const { chunk, fence } = rig.write(session, inode, 0);
  rig.ask(session, { kind: 'release-write', inode, index: 0, fence });
  return { rig, session, chunk };
}

test('a move that is given up changes no member, and what was begun is for deletion', () => {
  const { rig, chunk } = settled();
  const { chunks, plans } = rig.machine.state;
  const reply = rig.lead({ kind: 'plan-move', chunk, position: 1, to: 4 });
  const plan = reply.kind === 'plan' ? reply.plan : 0;
  expect(outcome(rig.lead({ kind: 'plan-done', chunk, plan, carriedOut: false }))).toBe('done');
  expect(chunks.get(chunk)!.members).toEqual([1, 3, 5]);
  const left = plans.keys(chunk).map((id) => plans.get(chunk, id)!);
  expect(left.map(({ kind, server }) => [kind, server])).toEqual([['delete', 4]]);
});

test('two parts of a chunk are not moved to one server', () => {
  const { rig, chunk } = settled();
  const move = { kind: 'plan-move', chunk, to: 4 } as const;
  expect(outcome(rig.lead({ ...move, position: 1 }))).toBe('plan');
  expect(outcome(rig.lead({ ...move, position: 2 }))).toBe('EBUSY');
  expect(outcome(rig.lead({ ...move, position: 2, to: 6 }))).toBe('plan');
  expect(outcome(rig.lead({ ...move, position: 3, to: 2 }))).toBe('EINVAL');
});

test('nor two parts of a stripe, although they are different fragments', () => {
  const { rig, chunk } = settled();
  const coded = testClasses[1]!;
  const storageClass = { ...coded, id: 3, caps: capsFor(coded.redundancy, 'host') };
  rig.lead({ kind: 'define-class', storageClass });
  rig.lead({ kind: 'convert-begin', chunk, version: 1, classId: 3, members: [2, 4, 6] });
  rig.lead({ kind: 'convert-commit', chunk, generation: 1 });
  const move = { kind: 'plan-move', chunk, to: 1 } as const;
  expect(outcome(rig.lead({ ...move, position: 0 }))).toBe('plan');
  expect(outcome(rig.lead({ ...move, position: 1 }))).toBe('EBUSY');
});

test('a move may not break the caps of a class that refuses, nor fill a server beyond its size', () => {
  const { rig, session, chunk } = settled();
  rig.lead({ kind: 'convert-begin', chunk, version: 1, classId: 2, members: [2, 4, 6] });
  rig.lead({ kind: 'convert-commit', chunk, generation: 1 });
  const move = { kind: 'plan-move', chunk, position: 0 } as const;
  expect(outcome(rig.lead({ ...move, to: 3 }))).toBe('ENOSPC');
  rig.lead({ kind: 'set-server-state', server: 1, state: 'down' });
  expect(outcome(rig.lead({ ...move, to: 1 }))).toBe('EAGAIN');
  const place = { region: 1, zone: 1, host: 1, weight: 1 };
  rig.lead({ kind: 'register-server', server: 1, ...place, capacityBytes: 3 });
  expect(outcome(rig.lead({ ...move, to: 1 }))).toBe('ENOSPC');
  rig.lead({ kind: 'register-server', server: 1, ...place, capacityBytes: 4 });
  expect(outcome(rig.lead({ ...move, to: 1 }))).toBe('plan');
  rig.ask(session, { kind: 'close-session' });
  expect(auditState(rig.machine.state)).toEqual([]);
});
