import { describe, expect, test } from 'vitest';
import { auditState } from './audit.ts';
import { locate } from './queries.ts';
import type { GrantReply, Reply } from './reply.ts';
import { rootInode } from './state.ts';
import { outcome, Rig } from './test-rig.ts';

/** A rig with an open file, and its last write still under lease. */
function written(): { rig: Rig; session: number; inode: number; grant: GrantReply } {
  const rig = Rig.furnished();
  const session = rig.session();
  const inode = rig.file(session, 'a');
  return { rig, session, inode, grant: rig.write(session, inode, 0) };
}

function release(rig: Rig, session: number, inode: number, { fence }: GrantReply): void {
  const settled = { inode, index: 0, fence } as const;
  expect(outcome(rig.ask(session, { kind: 'settle-write', ...settled, validBytes: 8 }))).toBe(
    'done',
  );
  expect(outcome(rig.ask(session, { kind: 'release-write', ...settled }))).toBe('done');
}

function plansOf(rig: Rig, chunk: number): string[] {
  const { plans } = rig.machine.state;
  return plans.keys(chunk).map((id) => {
    const { kind, server, version, generation, part } = plans.get(chunk, id)!;
    return `${kind} ${server}: ${version}.${generation}.${part}`;
  });
}

function asGrant(reply: Reply): GrantReply {
  if (reply.kind !== 'grant') throw new Error(JSON.stringify(reply));
  return reply;
}

describe('versions and fences', () => {
  test('each grant has a higher version and a higher fence, and only the last one counts', () => {
    const { rig, session, inode, grant } = written();
    const next = asGrant(rig.grant(session, inode, 0));
    expect(next.version).toBe(grant.version + 1);
    expect(next.fence).toBeGreaterThan(grant.fence);
    const { chunk, members } = next;
    const commit = { kind: 'commit-version', chunk, members } as const;
    expect(outcome(rig.lead({ ...commit, fence: grant.fence }))).toBe('ESTALE');
    expect(outcome(rig.lead({ ...commit, fence: next.fence, members: [1, 3, 6] }))).toBe('EINVAL');
    expect(outcome(rig.lead({ ...commit, fence: next.fence }))).toBe('version');
    const settle = { kind: 'settle-write', inode, index: 0, validBytes: 4 } as const;
    expect(outcome(rig.ask(session, { ...settle, fence: grant.fence }))).toBe('ESTALE');
    expect(outcome(rig.ask(session, { ...settle, fence: next.fence }))).toBe('done');
    expect(outcome(rig.ask(rig.session(), { ...settle, fence: next.fence }))).toBe('ESTALE');
  });

  test('a writer that lost its lease cannot lengthen the file', () => {
    const { rig, session, inode, grant } = written();
    const { chunk, fence } = grant;
    expect(outcome(rig.lead({ kind: 'expire-lease', chunk, fence }))).toBe('done');
    const settle = { kind: 'settle-write', inode, index: 0, fence, validBytes: 8 } as const;
    expect(outcome(rig.ask(session, settle))).toBe('ESTALE');
    expect(rig.machine.state.inodes.get(inode)!.sizeBytes).toBe(0);
  });

  test('too few durable members: an error, and nothing half done stays', () => {
    const rig = Rig.furnished();
    const session = rig.session();
    const inode = rig.file(session, 'a');
    const { chunk, fence } = asGrant(rig.grant(session, inode, 0));
    const reply = rig.lead({ kind: 'commit-version', chunk, fence, members: [0, 3, 0] });
    expect(outcome(reply)).toBe('EIO');
    expect(rig.machine.state.chunks.size).toBe(0);
    expect(rig.machine.state.slots.size).toBe(0);
    expect(plansOf(rig, chunk)).toEqual(['delete 1: 1.0.0', 'delete 3: 1.0.0', 'delete 5: 1.0.0']);
    expect(auditState(rig.machine.state)).toEqual([]);
  });

  test('a member that did not answer is out, and both versions it may have are for deletion', () => {
    const { rig, session, inode } = written();
    const { chunk, fence } = asGrant(rig.grant(session, inode, 0));
    rig.lead({ kind: 'commit-version', chunk, fence, members: [1, 0, 5] });
    expect(locate(rig.machine.state, inode, 0)).toMatchObject({ version: 2, members: [1, 0, 5] });
    expect(plansOf(rig, chunk)).toEqual(['delete 3: 1.0.0', 'delete 3: 2.0.0']);
  });

  test('survivors go on under a new fence; one of three is not enough', () => {
    const { rig, session, inode, grant } = written();
    const { chunk, fence } = grant;
    const reform = { kind: 'reform-members', chunk, fence } as const;
    expect(outcome(rig.lead({ ...reform, members: [1, 0, 0] }))).toBe('EIO');
    expect(outcome(rig.lead({ ...reform, members: [1, 0, 5] }))).toBe('version');
    expect(locate(rig.machine.state, inode, 0)).toMatchObject({ version: 2, members: [1, 0, 5] });
    expect(outcome(rig.lead({ ...reform, members: [1, 0, 5] }))).toBe('ESTALE');
    // They have yet to agree on what was under way.
    expect(locate(rig.machine.state, inode, 0)!.unsettled).toBe(true);
    const settle = { kind: 'settle-write', inode, index: 0, validBytes: 4 } as const;
    expect(outcome(rig.ask(session, { ...settle, fence }))).toBe('ESTALE');
    expect(
      outcome(
        rig.ask(session, { ...settle, fence: rig.machine.state.leases.get(session, chunk)!.fence }),
      ),
    ).toBe('done');
    const later = rig.machine.state.leases.get(session, chunk)!.fence;
    rig.ask(session, { kind: 'release-write', inode, index: 0, fence: later });
    expect(locate(rig.machine.state, inode, 0)!.unsettled).toBe(false);
  });

  test('what a vanished writer left is recovered from a single member, before it is copied', () => {
    const { rig, session, inode, grant } = written();
    const { chunk, fence } = grant;
    rig.lead({ kind: 'expire-lease', chunk, fence });
    expect(locate(rig.machine.state, inode, 0)!.unsettled).toBe(true);
    const copy = { parent: rootInode, name: 'b', frozen: false };
    const reply = rig.ask(session, { kind: 'clone', source: inode, ...copy });
    const twin = reply.kind === 'inode' ? reply.inode : 0;
    rig.ask(session, { kind: 'open', inode: twin });
    expect(outcome(rig.grant(session, twin, 0))).toBe('EAGAIN');
    const recovery = asGrant(rig.lead({ kind: 'recover-chunk', chunk }));
    expect(outcome(rig.grant(session, inode, 0))).toBe('EAGAIN');
    const commit = { kind: 'commit-version', chunk, fence: recovery.fence } as const;
    expect(outcome(rig.lead({ ...commit, members: [0, 3, 0] }))).toBe('version');
    expect(locate(rig.machine.state, inode, 0)).toMatchObject({ version: 2, unsettled: false });
    // One copy is less than a write needs: it must be repaired first.
    expect(outcome(rig.grant(session, inode, 0))).toBe('EIO');
    expect(outcome(rig.grant(session, twin, 0))).toBe('EIO');
    expect(outcome(rig.lead({ kind: 'recover-chunk', chunk }))).toBe('EINVAL');
  });
});

describe('shared chunks', () => {
  test('a write to a clone gets a chunk of its own, at the commit and not before', () => {
    const { rig, session, inode, grant } = written();
    const clone = { kind: 'clone', source: inode, parent: rootInode, name: 'b' } as const;
    expect(outcome(rig.ask(session, { ...clone, frozen: false }))).toBe('EAGAIN');
    release(rig, session, inode, grant);
    const copy = rig.ask(session, { ...clone, frozen: false });
    const twin = copy.kind === 'inode' ? copy.inode : 0;
    expect(rig.machine.state.chunks.get(grant.chunk)!.references).toBe(2);
    rig.ask(session, { kind: 'open', inode: twin });
    const own = asGrant(rig.grant(session, twin, 0, []));
    expect([own.copyOf, own.copyVersion, own.validBytes]).toEqual([grant.chunk, 1, 8]);
    expect(own.members).toEqual([1, 3, 5]);
    expect(locate(rig.machine.state, twin, 0)!.chunk).toBe(grant.chunk);
    rig.lead({ kind: 'commit-version', chunk: own.chunk, fence: own.fence, members: own.members });
    expect(locate(rig.machine.state, twin, 0)!.chunk).toBe(own.chunk);
    expect(locate(rig.machine.state, inode, 0)!.chunk).toBe(grant.chunk);
    expect(rig.machine.state.chunks.get(grant.chunk)!.references).toBe(1);
    expect(plansOf(rig, grant.chunk)).toEqual([]);
    expect(auditState(rig.machine.state)).toEqual([]);
  });

  test('a snapshot refuses every change and goes as a whole', () => {
    const { rig, session, inode, grant } = written();
    release(rig, session, inode, grant);
    rig.ask(session, { kind: 'mkdir', parent: rootInode, name: 'd', mode: 0, uid: 0, gid: 0 });
    const at = { parent: inode + 1, name: 'x' };
    rig.ask(session, {
      kind: 'rename',
      parent: 1,
      name: 'a',
      newParent: at.parent,
      newName: 'x',
      keep: false,
    });
    const reply = rig.ask(session, {
      kind: 'clone',
      source: at.parent,
      parent: 1,
      name: 's',
      frozen: true,
    });
    const top = reply.kind === 'inode' ? reply.inode : 0;
    const file = rig.machine.state.dentries.get(top, 'x')!.inode;
    rig.ask(session, { kind: 'open', inode: file });
    expect(outcome(rig.grant(session, file, 0))).toBe('EROFS');
    expect(outcome(rig.ask(session, { kind: 'truncate', inode: file, sizeBytes: 0 }))).toBe(
      'EROFS',
    );
    expect(outcome(rig.ask(session, { kind: 'unlink', parent: top, name: 'x' }))).toBe('EROFS');
    expect(outcome(rig.ask(session, { kind: 'rmdir', parent: 1, name: 's' }))).toBe('EROFS');
    rig.ask(session, { kind: 'unlink', ...at });
    expect(outcome(rig.ask(session, { kind: 'remove-snapshot', parent: 1, name: 's' }))).toBe(
      'done',
    );
    // It is open: the chunk lives until the close.
    expect(rig.machine.state.chunks.size).toBe(1);
    rig.ask(session, { kind: 'close', inode: file, handle: 0, owners: [] });
    expect(rig.machine.state.chunks.get(grant.chunk)!.references).toBe(1);
    rig.ask(session, { kind: 'close', inode, handle: 0, owners: [] });
    expect(rig.machine.state.chunks.size).toBe(0);
    expect(auditState(rig.machine.state)).toEqual([]);
  });

  test('a chunk that is written is not cut off', () => {
    const { rig, session, inode, grant } = written();
    const { fence } = grant;
    rig.ask(session, { kind: 'settle-write', inode, index: 0, fence, validBytes: 8 });
    const truncate = { kind: 'truncate', inode, sizeBytes: 3 } as const;
    expect(outcome(rig.ask(session, truncate))).toBe('EAGAIN');
    rig.ask(session, { kind: 'release-write', inode, index: 0, fence });
    expect(outcome(rig.ask(session, truncate))).toBe('done');
    expect(outcome(rig.ask(session, { ...truncate, sizeBytes: 8 }))).toBe('done');
    expect(locate(rig.machine.state, inode, 0)!.validBytes).toBe(3);
  });
});

describe('erasure coding', () => {
  test('a conversion puts parts beside the copies and then lets the copies go', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    const begin = { kind: 'convert-begin', chunk, version: 1, classId: 2 } as const;
    expect(outcome(rig.lead({ ...begin, members: [2, 4, 6] }))).toBe('EAGAIN');
    release(rig, session, inode, grant);
    expect(outcome(rig.lead({ ...begin, members: [1, 2, 3] }))).toBe('ENOSPC');
    expect(outcome(rig.lead({ ...begin, members: [2, 4, 0] }))).toBe('ENOSPC');
    expect(outcome(rig.lead({ ...begin, version: 2, members: [2, 4, 6] }))).toBe('ESTALE');
    expect(outcome(rig.lead({ ...begin, members: [1, 4, 6] }))).toBe('conversion');
    // The fragment of the next generation may be on its way: not to be deleted.
    const erase = { kind: 'plan-delete', chunk, server: 4, version: 1, generation: 1 } as const;
    expect(outcome(rig.lead({ ...erase, part: 1 }))).toBe('EBUSY');
    expect(outcome(rig.lead({ kind: 'convert-commit', chunk, generation: 1 }))).toBe('done');
    expect(locate(rig.machine.state, inode, 0)).toMatchObject({
      generation: 1,
      members: [1, 4, 6],
    });
    expect(plansOf(rig, chunk)).toEqual(['delete 1: 1.0.0', 'delete 3: 1.0.0', 'delete 5: 1.0.0']);
    expect(auditState(rig.machine.state)).toEqual([]);
    // And back; a conversion has all its parts, also where a write could do with fewer.
    const back = { ...begin, classId: 1 } as const;
    expect(outcome(rig.lead({ ...back, members: [2, 3, 0] }))).toBe('ENOSPC');
    expect(outcome(rig.lead({ ...back, members: [2, 3, 5] }))).toBe('conversion');
  });

  test('a chunk that is shared keeps its code, also when it becomes shared on the way', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    release(rig, session, inode, grant);
    const begin = { kind: 'convert-begin', chunk, version: 1, classId: 2 } as const;
    expect(outcome(rig.lead({ ...begin, members: [2, 4, 6] }))).toBe('conversion');
    const clone = { kind: 'clone', source: inode, parent: rootInode, frozen: true } as const;
    rig.ask(session, { ...clone, name: 'b' });
    expect(outcome(rig.lead({ kind: 'convert-commit', chunk, generation: 1 }))).toBe('EAGAIN');
    expect(outcome(rig.lead({ kind: 'convert-abort', chunk, generation: 1 }))).toBe('done');
    expect(outcome(rig.lead({ ...begin, members: [2, 4, 6] }))).toBe('EAGAIN');
    expect(rig.machine.state.chunks.get(chunk)).toMatchObject({ classId: 1, generation: 0 });
  });

  test('a write in between cancels it, and its parts are for deletion', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    release(rig, session, inode, grant);
    rig.lead({ kind: 'convert-begin', chunk, version: 1, classId: 2, members: [2, 4, 6] });
    rig.write(session, inode, 0);
    expect(outcome(rig.lead({ kind: 'convert-commit', chunk, generation: 1 }))).toBe('ESTALE');
    expect(plansOf(rig, chunk)).toEqual(['delete 2: 1.1.0', 'delete 4: 1.1.1', 'delete 6: 1.1.2']);
  });

  test('a stripe is written anew at the next version, and only then the old one goes', () => {
    const rig = Rig.furnished();
    const session = rig.session();
    const inode = rig.file(session, 'a');
    rig.ask(session, { kind: 'set-class', inode, classId: 2 });
    const { chunk } = rig.write(session, inode, 0, [1, 3, 5]);
    const next = asGrant(rig.grant(session, inode, 0, [1, 4, 6]));
    expect(plansOf(rig, chunk)).toEqual([]);
    const { fence } = next;
    rig.lead({ kind: 'commit-version', chunk, fence, members: [1, 4, 6] });
    expect(plansOf(rig, chunk)).toEqual(['delete 1: 1.0.0', 'delete 3: 1.0.1', 'delete 5: 1.0.2']);
    const third = asGrant(rig.grant(session, inode, 0, [1, 3, 5]));
    // Two of three parts are not k + ceil(m/2): the stripe before stays as it is.
    const few = { kind: 'commit-version', chunk, fence: third.fence } as const;
    expect(outcome(rig.lead({ ...few, members: [1, 3, 0] }))).toBe('EIO');
    expect(plansOf(rig, chunk).slice(3)).toEqual([1, 3, 5].map((s, i) => `delete ${s}: 3.0.${i}`));
    expect(locate(rig.machine.state, inode, 0)).toMatchObject({ version: 2, members: [1, 4, 6] });
  });
});

describe('plans', () => {
  test('a move makes the new copy a member before the old one is for deletion', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    const move = { kind: 'plan-move', chunk, position: 1, to: 4 } as const;
    expect(outcome(rig.lead(move))).toBe('EAGAIN');
    release(rig, session, inode, grant);
    expect(outcome(rig.lead({ ...move, to: 5 }))).toBe('EEXIST');
    expect(outcome(rig.lead({ ...move, to: 9 }))).toBe('EAGAIN');
    const reply = rig.lead(move);
    const plan = reply.kind === 'plan' ? reply.plan : 0;
    expect(outcome(rig.lead({ ...move, to: 6 }))).toBe('EBUSY');
    expect(outcome(rig.lead({ kind: 'plan-done', chunk, plan, carriedOut: true }))).toBe('done');
    expect(rig.machine.state.chunks.get(chunk)!.members).toEqual([1, 4, 5]);
    expect(plansOf(rig, chunk)).toEqual(['delete 3: 1.0.0']);
    // The way back has to wait until the same fragment is gone there.
    expect(outcome(rig.lead({ ...move, to: 3 }))).toBe('EBUSY');
    expect(outcome(rig.lead({ kind: 'plan-done', chunk, plan, carriedOut: true }))).toBe('ESTALE');
  });

  test('a copy whose source was dropped on the way takes its place', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    release(rig, session, inode, grant);
    const reply = rig.lead({ kind: 'plan-move', chunk, position: 1, to: 4 });
    const plan = reply.kind === 'plan' ? reply.plan : 0;
    const fragment = { chunk, version: 1, generation: 0, position: 1, server: 3 };
    rig.lead({ kind: 'drop-member', ...fragment });
    expect(outcome(rig.lead({ kind: 'plan-done', chunk, plan, carriedOut: true }))).toBe('done');
    expect(rig.machine.state.chunks.get(chunk)!.members).toEqual([1, 4, 5]);
    expect(plansOf(rig, chunk)).toEqual(['delete 3: 1.0.0']);
  });

  test('a copy of a version that is no more becomes rubbish, not a member', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    release(rig, session, inode, grant);
    const reply = rig.lead({ kind: 'plan-move', chunk, position: 1, to: 4 });
    const plan = reply.kind === 'plan' ? reply.plan : 0;
    rig.write(session, inode, 0);
    expect(outcome(rig.lead({ kind: 'plan-done', chunk, plan, carriedOut: true }))).toBe('ESTALE');
    expect(rig.machine.state.chunks.get(chunk)!.members).toEqual([1, 3, 5]);
    expect(plansOf(rig, chunk)).toEqual(['delete 4: 1.0.0']);
  });

  test('nothing live is deleted, nor anything these metadata never knew', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    const erase = { kind: 'plan-delete', chunk, version: 1, generation: 0, part: 0 } as const;
    expect(outcome(rig.lead({ ...erase, server: 1 }))).toBe('EBUSY');
    expect(outcome(rig.lead({ ...erase, server: 2 }))).toBe('plan');
    expect(outcome(rig.lead({ ...erase, server: 2 }))).toBe('EBUSY');
    expect(outcome(rig.lead({ ...erase, server: 1, version: 2 }))).toBe('EINVAL');
    expect(outcome(rig.lead({ ...erase, server: 1, chunk: chunk + 1 }))).toBe('EINVAL');
    const next = asGrant(rig.grant(session, inode, 0));
    expect(outcome(rig.lead({ ...erase, server: 1, version: next.version }))).toBe('EBUSY');
  });

  test('a deletion is given up only when its server is down', () => {
    const { rig, grant } = written();
    const { chunk } = grant;
    const erase = { kind: 'plan-delete', chunk, server: 2, version: 1, generation: 0 } as const;
    const reply = rig.lead({ ...erase, part: 0 });
    const plan = reply.kind === 'plan' ? reply.plan : 0;
    const giveUp = { kind: 'plan-done', chunk, plan, carriedOut: false } as const;
    expect(outcome(rig.lead(giveUp))).toBe('EBUSY');
    rig.lead({ kind: 'set-server-state', server: 2, state: 'down' });
    expect(outcome(rig.lead(giveUp))).toBe('done');
    expect(plansOf(rig, chunk)).toEqual([]);
  });

  test('a damaged copy is dropped, the last one is not', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    release(rig, session, inode, grant);
    const drop = { kind: 'drop-member', chunk, version: 1, generation: 0 } as const;
    expect(outcome(rig.lead({ ...drop, position: 0, server: 3 }))).toBe('ESTALE');
    expect(outcome(rig.lead({ ...drop, position: 0, server: 1 }))).toBe('done');
    expect(outcome(rig.lead({ ...drop, position: 1, server: 3 }))).toBe('done');
    expect(outcome(rig.lead({ ...drop, position: 2, server: 5 }))).toBe('EBUSY');
    expect(auditState(rig.machine.state)).toEqual([]);
  });

  test('a drained server is left by moves, and then removed', () => {
    const { rig, session, inode, grant } = written();
    const { chunk } = grant;
    release(rig, session, inode, grant);
    rig.lead({ kind: 'set-server-state', server: 3, state: 'draining' });
    expect(outcome(rig.lead({ kind: 'remove-server', server: 3 }))).toBe('EBUSY');
    const move = rig.lead({ kind: 'plan-move', chunk, position: 1, to: 4 });
    rig.lead({
      kind: 'plan-done',
      chunk,
      plan: move.kind === 'plan' ? move.plan : 0,
      carriedOut: true,
    });
    expect(outcome(rig.lead({ kind: 'remove-server', server: 3 }))).toBe('EBUSY');
    const [erase] = rig.machine.state.plans.keys(chunk);
    rig.lead({ kind: 'plan-done', chunk, plan: erase!, carriedOut: true });
    expect(outcome(rig.lead({ kind: 'remove-server', server: 3 }))).toBe('done');
  });
});

test('placement is checked against the class, the room and the state of servers', () => {
  const rig = Rig.furnished();
  const session = rig.session();
  const inode = rig.file(session, 'a');
  const ask = (members: number[]) => outcome(rig.grant(session, inode, 0, members));
  expect(ask([1, 3])).toBe('EINVAL');
  expect(ask([1, 1, 3])).toBe('EINVAL');
  expect(ask([1, 3, 9])).toBe('EAGAIN');
  expect(ask([1, 0, 0])).toBe('ENOSPC');
  rig.lead({ kind: 'set-server-state', server: 3, state: 'down' });
  expect(ask([1, 3, 5])).toBe('EAGAIN');
  const place = { region: 1, zone: 1, host: 1, weight: 1 };
  rig.lead({ kind: 'register-server', server: 1, ...place, capacityBytes: 7 });
  expect(ask([1, 2, 5])).toBe('ENOSPC');
  expect(rig.machine.state.chunks.size).toBe(0);
  rig.ask(session, { kind: 'set-class', inode, classId: 2 });
  expect(ask([5, 6, 4])).toBe('ENOSPC');
  expect(ask([2, 4, 5])).toBe('grant');
});
