import { describe, expect, test } from 'vitest';
import { givenForUs, simulationTimings } from '../timings.ts';
import { MasterRig, type MessageOf } from './master-rig.ts';

const { sessionLeaseUs, serverLeaseUs, driftBoundPpm, cacheLeaseUs } = simulationTimings;

describe('sessions', () => {
  test('one that is silent expires after its lease', () => {
    const rig = new MasterRig();
    const session = rig.session();
    rig.pass(givenForUs(sessionLeaseUs, driftBoundPpm) - 1);
    expect(rig.state.sessions.get(session)).toBeDefined();
    rig.pass(2);
    expect(rig.state.sessions.get(session)).toBeUndefined();
    expect(rig.do(session, { kind: 'renew-session' })).toEqual({
      kind: 'error',
      errno: 'ENOTCONN',
    });
  });

  test('one that is renewed stays', () => {
    const rig = new MasterRig();
    const session = rig.session();
    for (let time = 0; time < 8; time++) {
      rig.pass(sessionLeaseUs / 2);
      expect(rig.do(session, { kind: 'renew-session' })).toEqual({ kind: 'done' });
    }
  });

  test('a new leader begins every lease anew', () => {
    const rig = new MasterRig();
    const session = rig.session();
    rig.pass(sessionLeaseUs - 1);
    rig.leadAgain();
    rig.pass(sessionLeaseUs - 1);
    expect(rig.state.sessions.get(session)).toBeDefined();
    rig.pass(sessionLeaseUs);
    expect(rig.state.sessions.get(session)).toBeUndefined();
  });

  test('a renewal that is committed before the expiry survives it', () => {
    const rig = new MasterRig();
    const session = rig.session();
    rig.pass(sessionLeaseUs);
    rig.held = true;
    rig.call(session, { kind: 'renew-session' });
    rig.pass(sessionLeaseUs);
    rig.release();
    expect(rig.state.sessions.get(session)).toBeDefined();
  });
});

describe('who may ask for what', () => {
  test('clients do not give the orders of the leader', () => {
    const rig = new MasterRig();
    const session = rig.session();
    const order = { kind: 'plan-delete', chunk: 1, server: 4, version: 1 } as const;
    const forged = { ...order, generation: 0, part: 0 };
    expect(rig.do(0, forged)).toEqual({ kind: 'error', errno: 'ENOTCONN' });
    expect(rig.do(session, forged)).toEqual({ kind: 'error', errno: 'EPERM' });
  });

  test('one that does not lead says who does, and answers nothing else', () => {
    const rig = new MasterRig();
    rig.service.ceasesToLead();
    rig.leads = false;
    rig.sent.length = 0;
    expect(
      rig.ended(rig.call(0, { kind: 'open-session', owner: 1, leaseUs: 9, role: 'client' })),
    ).toMatchObject({
      outcome: 'not-leader',
      leader: 'n2',
    });
    const attributes = { kind: 'attributes', inode: 1 } as const;
    expect(rig.ask(0, attributes)).toMatchObject({ outcome: 'not-leader', answer: null });
    rig.beat(4);
    expect(rig.sent).toEqual([]);
  });

  test('a call that comes twice while it is under way is answered to the later copy', () => {
    const rig = new MasterRig();
    const session = rig.session();
    const node = { parent: 1, mode: 0, uid: 0, gid: 0, exclusive: true };
    rig.held = true;
    const first = rig.call(session, { kind: 'create', name: 'a', ...node }, 1);
    const second = rig.call(session, { kind: 'create', name: 'a', ...node }, 1);
    rig.release();
    expect(rig.ended(first)).toBeUndefined();
    expect(rig.ended(second)?.reply).toMatchObject({ kind: 'inode' });
    const third = rig.call(session, { kind: 'create', name: 'a', ...node }, 1);
    expect(rig.ended(third)?.reply).toMatchObject({ kind: 'inode' });
  });

  test('the first leader defines the classes, and the root has the first', () => {
    const rig = new MasterRig();
    rig.pass(1);
    expect(rig.state.classes.keys()).toEqual([1, 2]);
    expect(rig.state.inodes.get(1)!.classId).toBe(1);
    expect(rig.state.sessions.size).toBe(0);
    const { applied } = rig.state;
    rig.leadAgain();
    rig.pass(1);
    expect(rig.state.applied).toBe(applied);
  });
});

describe('servers', () => {
  test('a beat is answered only when the leadership was confirmed after it came', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.held = true;
    rig.beat(4);
    rig.pass(100_000);
    expect(rig.take('beat-heard')).toEqual([]);
    // Comes while the question is under way: it has to wait for the next one.
    rig.beat(5);
    rig.release();
    expect(rig.take('beat-heard')).toHaveLength(2);
    rig.held = true;
    rig.beat(4);
    rig.beat(5, { beat: 2 });
    rig.leads = false;
    expect(rig.take('beat-heard')).toEqual([]);
  });

  test('one that is silent for its lease is down, and up again when it is heard', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.furnish();
    rig.pass(givenForUs(serverLeaseUs, driftBoundPpm) - 2);
    expect(rig.state.servers.get(4)!.state).toBe('up');
    rig.pass(4);
    expect(rig.state.servers.get(4)!.state).toBe('down');
    rig.beat(4, { ready: false });
    expect(rig.state.servers.get(4)!.state).toBe('down');
    rig.pass(serverLeaseUs / 8);
    rig.take('beat-heard');
    rig.beat(4);
    // What it missed may have been given up: it serves nobody before that was looked through.
    expect(rig.take('beat-heard')).toMatchObject([{ serveUs: 0, wantsReport: true }]);
    expect(rig.state.servers.get(4)!.state).toBe('down');
    rig.report(4);
    rig.beat(4);
    rig.pass(serverLeaseUs / 8);
    expect(rig.state.servers.get(4)!).toMatchObject({ state: 'up', life: 2 });
    rig.take('beat-heard');
    rig.beat(4);
    rig.pass(serverLeaseUs / 8);
    expect(rig.take('beat-heard')).toMatchObject([{ serveUs: serverLeaseUs / 2 }]);
  });

  test('a life that has not served yet reports before it does', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.furnish();
    const heard = (fields: Partial<MessageOf<'beat'>>) => {
      rig.beat(4, { life: 2, ...fields });
      rig.pass(serverLeaseUs / 8);
      return rig.take('beat-heard');
    };
    expect(heard({ heardTerm: 0 })).toMatchObject([{ serveUs: 0, wantsReport: true }]);
    rig.report(4, { life: 2 });
    expect(heard({ beat: 2, heardTerm: 0 })).toMatchObject([{ serveUs: serverLeaseUs / 2 }]);
    // It has served under the leader before.
    rig.leadAgain();
    expect(heard({ beat: 3, heardTerm: 1 })).toMatchObject([{ serveUs: serverLeaseUs / 2 }]);
  });

  test('a new leader calls nobody down before it could have been heard', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.furnish();
    rig.pass(serverLeaseUs - 10);
    rig.leadAgain();
    rig.pass(serverLeaseUs);
    expect(rig.state.servers.get(4)!.state).toBe('up');
  });

  test('a drain goes on over silence and a new life', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.furnish();
    rig.do(0, { kind: 'set-server-state', server: 4, state: 'draining' });
    rig.pass(2 * serverLeaseUs);
    rig.beat(4, { life: 2 });
    rig.report(4, { life: 2 });
    rig.beat(4, { life: 2, beat: 2 });
    rig.pass(serverLeaseUs / 8);
    expect(rig.state.servers.get(4)!).toMatchObject({ state: 'draining', life: 2 });
  });

  test('one that was down and is to be emptied shows what it has before it serves', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.furnish();
    rig.pass(2 * serverLeaseUs);
    expect(rig.state.servers.get(4)!.state).toBe('down');
    rig.do(0, { kind: 'set-server-state', server: 4, state: 'draining' });
    rig.beat(4);
    expect(rig.take('beat-heard')).toMatchObject([{ serveUs: 0, wantsReport: true }]);
    // A drain that ends meanwhile does not hide that either.
    rig.do(0, { kind: 'set-server-state', server: 4, state: 'up' });
    expect(rig.state.servers.get(4)!.state).toBe('down');
    rig.report(4);
    rig.beat(4, { beat: 2 });
    rig.pass(serverLeaseUs / 8);
    rig.take('beat-heard');
    rig.beat(4, { beat: 3 });
    rig.pass(serverLeaseUs / 8);
    expect(rig.take('beat-heard')).toMatchObject([{ serveUs: serverLeaseUs / 2 }]);
    expect(rig.state.servers.get(4)!.state).toBe('up');
  });

  test('a drain ends at once for one that is heard, and changes nothing for others', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.furnish();
    rig.report(4);
    rig.do(0, { kind: 'set-server-state', server: 4, state: 'draining' });
    rig.do(0, { kind: 'set-server-state', server: 4, state: 'up' });
    expect(rig.state.servers.get(4)!).toMatchObject({ state: 'up', life: 1 });
    rig.pass(2 * serverLeaseUs);
    rig.do(0, { kind: 'set-server-state', server: 4, state: 'up' });
    expect(rig.state.servers.get(4)!.state).toBe('down');
  });

  test('one that was removed joins as a new one, and shows what it has before it serves', () => {
    const rig = new MasterRig();
    rig.pass(1);
    rig.furnish();
    const remove = { kind: 'remove-server', server: 4 } as const;
    expect(rig.do(0, remove)).toMatchObject({ errno: 'EBUSY' });
    rig.do(0, { kind: 'set-server-state', server: 4, state: 'draining' });
    expect(rig.do(0, remove)).toMatchObject({ kind: 'done' });
    expect(rig.do(0, remove)).toMatchObject({ errno: 'ENOENT' });
    const heard = (beat: number) => {
      rig.beat(4, { beat });
      rig.pass(serverLeaseUs / 8);
      return rig.take('beat-heard');
    };
    rig.take('beat-heard');
    expect(heard(2)).toMatchObject([{ serveUs: 0 }]);
    expect(rig.state.servers.get(4)!).toMatchObject({ state: 'up', life: 1 });
    expect(heard(3)).toMatchObject([{ serveUs: 0, wantsReport: true }]);
    rig.report(4, { beat: 3 });
    expect(heard(4)).toMatchObject([{ serveUs: serverLeaseUs / 2 }]);
  });
});

describe('cached answers', () => {
  const lookup = { kind: 'lookup', parent: 1, name: 'a' } as const;
  const node = { parent: 1, mode: 0, uid: 0, gid: 0, exclusive: false };

  function strict() {
    const rig = new MasterRig({}, { cacheLeaseUs });
    rig.pass(2 * cacheLeaseUs);
    rig.furnish();
    return { rig, reader: rig.session(), writer: rig.session() };
  }

  test('a change waits until those who keep what it touches have given it up', () => {
    const { rig, reader, writer } = strict();
    expect(rig.ask(reader, lookup, true)).toMatchObject({ leaseUs: cacheLeaseUs });
    const request = rig.call(writer, { kind: 'create', name: 'a', ...node });
    const [recall] = rig.take('recall');
    expect(recall).toMatchObject({ session: reader, keys: [{ inode: 1, name: 'a' }] });
    expect(rig.ended(request)).toBeUndefined();
    // Nobody gets a lease on the same meanwhile.
    expect(rig.ask(reader, lookup, true)).toMatchObject({ leaseUs: 0 });
    rig.deliver('c1', { kind: 'recalled', recall: recall!.recall, term: 1, session: reader });
    expect(rig.ended(request)?.reply).toMatchObject({ kind: 'inode' });
    expect(rig.ask(reader, lookup, true)).toMatchObject({ leaseUs: cacheLeaseUs });
  });

  test('or until their time is over, and not longer', () => {
    const { rig, reader, writer } = strict();
    rig.ask(reader, lookup, true);
    const request = rig.call(writer, { kind: 'create', name: 'a', ...node });
    rig.pass(givenForUs(cacheLeaseUs, driftBoundPpm) - 1);
    expect(rig.ended(request)).toBeUndefined();
    rig.pass(2);
    expect(rig.ended(request)?.reply).toMatchObject({ kind: 'inode' });
  });

  test('the own cache of the one who changes is its own affair', () => {
    const { rig, writer } = strict();
    rig.ask(writer, lookup, true);
    expect(rig.ended(rig.call(writer, { kind: 'create', name: 'a', ...node }))).toBeDefined();
  });

  test('a new leader lets no change through before the longest lease is over', () => {
    const { rig, writer } = strict();
    rig.leadAgain();
    const request = rig.call(writer, { kind: 'create', name: 'a', ...node });
    rig.pass(cacheLeaseUs);
    expect(rig.ended(request)).toBeUndefined();
    expect(rig.do(writer, { kind: 'renew-session' })).toEqual({ kind: 'done' });
    rig.pass(cacheLeaseUs / 50);
    expect(rig.ended(request)).toBeDefined();
  });

  test('nothing of an inode is kept by others while somebody writes it', () => {
    const { rig, reader, writer } = strict();
    const inode = rig.file(writer, 'b');
    rig.call(writer, { kind: 'grant-write', inode, index: 0, members: [] });
    rig.setAll();
    const attributes = { kind: 'attributes', inode } as const;
    expect(rig.ask(reader, attributes, true)).toMatchObject({ leaseUs: 0 });
    expect(rig.ask(writer, attributes, true)).toMatchObject({ leaseUs: cacheLeaseUs });
    const { fence } = rig.state.chunks.get(1)!.grant!;
    rig.do(writer, { kind: 'release-write', inode, index: 0, fence });
    expect(rig.ask(reader, attributes, true)).toMatchObject({ leaseUs: cacheLeaseUs });
  });

  test('two changes of one name come one after the other, and see what it leads to then', () => {
    const { rig, reader, writer } = strict();
    const moved = rig.file(writer, 'old');
    rig.file(writer, 'new');
    const names = { parent: 1, name: 'old', newParent: 1, newName: 'new', keep: false };
    rig.held = true;
    const rename = rig.call(writer, { kind: 'rename', ...names });
    const unlink = rig.call(writer, { kind: 'unlink', parent: 1, name: 'new' });
    rig.releaseOne();
    // The rename has come to pass, and the unlink has not: what it removes is what was moved.
    expect(rig.ended(rename)?.reply).toMatchObject({ kind: 'inode' });
    const { cache } = rig.service.leader!;
    expect(cache.lease(reader, [{ inode: moved, name: '' }], () => false)).toBe(0);
    rig.release();
    expect(rig.ended(unlink)?.reply).toEqual({ kind: 'done' });
    expect(rig.state.inodes.get(moved)!.parents).toEqual([]);
  });
});
