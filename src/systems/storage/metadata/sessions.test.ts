import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditState } from './audit.ts';
import { rootInode } from './state.ts';
import { outcome, Rig, tinySettings } from './test-rig.ts';

const node = { mode: 0, uid: 0, gid: 0, exclusive: true };
const create = (name: string) => ({ kind: 'create', parent: rootInode, name, ...node }) as const;

describe('exactly once', () => {
  test('a repeated request has the first answer and does nothing again', () => {
    const rig = Rig.furnished();
    const session = rig.session();
    const first = rig.send(session, 1, 1, create('a'));
    expect(outcome(rig.send(session, 2, 1, { kind: 'unlink', parent: 1, name: 'a' }))).toBe('done');
    expect(rig.send(session, 1, 1, create('a'))).toEqual(first);
    expect(rig.machine.repeated).toBe(true);
    expect(rig.machine.state.inodes.size).toBe(1);
    // A refusal is an answer too: it stays, although the same request would succeed now.
    expect(outcome(rig.send(session, 3, 3, { kind: 'rmdir', parent: 1, name: 'b' }))).toBe(
      'ENOENT',
    );
    rig.send(session, 4, 3, { kind: 'mkdir', parent: 1, name: 'b', ...node });
    expect(outcome(rig.send(session, 3, 3, { kind: 'rmdir', parent: 1, name: 'b' }))).toBe(
      'ENOENT',
    );
  });

  test('what was answered and acknowledged is refused, and so is what is far ahead', () => {
    const rig = Rig.furnished();
    const session = rig.session();
    rig.send(session, 5, 5, create('a'));
    expect(outcome(rig.send(session, 4, 1, create('b')))).toBe('ESTALE');
    const window = tinySettings.requestWindow;
    expect(outcome(rig.send(session, 5 + window, 5, create('c')))).toBe('EINVAL');
    expect(outcome(rig.send(session, 4 + window, 5, create('d')))).toBe('inode');
  });

  test('in any order, with any repetitions, each request takes effect at most once', () => {
    const request = fc.record({ sequence: fc.integer({ min: 1, max: 20 }), lag: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 60 }), (requests) => {
        const rig = Rig.furnished();
        const session = rig.session();
        rig.file(session, 'log');
        const effects = new Map<number, number>();
        for (const { sequence, lag } of requests) {
          const before = rig.machine.state.inodes.get(2)!.sizeBytes;
          const oldest = 2 + Math.max(1, sequence - lag);
          rig.send(session, 2 + sequence, oldest, { kind: 'append', inode: 2, bytes: 1 });
          const grown = rig.machine.state.inodes.get(2)!.sizeBytes - before;
          effects.set(sequence, (effects.get(sequence) ?? 0) + grown);
        }
        for (const times of effects.values()) expect(times).toBeLessThanOrEqual(1);
        expect(rig.machine.state.replies.size).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe('the end of a session', () => {
  test('gives back locks, open files and write leases', () => {
    const rig = Rig.furnished();
    const [one, two] = [rig.session(), rig.session()];
    const inode = rig.file(one, 'a');
    rig.ask(two, { kind: 'open', inode });
    const lock = { kind: 'lock', inode, style: 'posix', owner: 1, from: 0, to: 5 } as const;
    rig.ask(one, { ...lock, exclusive: true });
    const { chunk } = rig.write(one, inode, 0);
    expect(outcome(rig.ask(two, { ...lock, exclusive: false }))).toBe('EAGAIN');
    expect(outcome(rig.grant(two, inode, 0))).toBe('EAGAIN');
    expect(outcome(rig.lead({ kind: 'expire-session', expired: one, renewals: 0 }))).toBe('done');
    expect(outcome(rig.ask(two, { ...lock, exclusive: false }))).toBe('done');
    expect(rig.machine.state.chunks.get(chunk)).toMatchObject({ grant: null, unsettled: true });
    expect(outcome(rig.ask(one, create('b')))).toBe('ENOTCONN');
    expect(auditState(rig.machine.state)).toEqual([]);
  });

  test('does not come when a renewal came in between, whatever the clocks say', () => {
    const rig = Rig.furnished();
    const session = rig.session();
    rig.timeUs = 10_000_000;
    rig.lead({ kind: 'tick' });
    expect(outcome(rig.ask(session, { kind: 'renew-session' }))).toBe('done');
    const stale = { kind: 'expire-session', expired: session, renewals: 0 } as const;
    expect(outcome(rig.lead(stale))).toBe('EAGAIN');
    expect(outcome(rig.lead({ ...stale, renewals: 1 }))).toBe('done');
    expect(outcome(rig.lead({ ...stale, renewals: 1 }))).toBe('ENOTCONN');
  });

  test('removes a file without a name that was open, and its chunks', () => {
    const rig = Rig.furnished();
    const session = rig.session();
    const inode = rig.file(session, 'a');
    const { chunk } = rig.write(session, inode, 0);
    rig.ask(session, { kind: 'unlink', parent: 1, name: 'a' });
    expect(rig.machine.state.chunks.get(chunk)).toBeDefined();
    rig.ask(session, { kind: 'close-session' });
    expect(rig.machine.state.inodes.get(inode)).toBeUndefined();
    expect(rig.machine.state.chunks.size).toBe(0);
    // Each of the three replicas is to be deleted, and nothing else.
    const plans = rig.machine.state.plans;
    const servers = plans.keys(chunk).map((plan) => plans.get(chunk, plan)!.server);
    expect(servers).toEqual([1, 3, 5]);
  });
});

test('closing one file lets go of that file alone', () => {
  const rig = Rig.furnished();
  const session = rig.session();
  const [one, two] = [rig.file(session, 'a'), rig.file(session, 'b')];
  const [first, second] = [rig.write(session, one, 0), rig.write(session, two, 0)];
  const lock = { kind: 'lock', style: 'flock', owner: 1, from: 0, to: 0, exclusive: true } as const;
  rig.ask(session, { ...lock, inode: one });
  rig.ask(session, { ...lock, inode: two });
  rig.ask(session, { kind: 'close', inode: one, handle: 0, owners: [] });
  const { chunks, locks } = rig.machine.state;
  expect(chunks.get(first.chunk)!.grant).toBeNull();
  expect(chunks.get(second.chunk)!.grant).toMatchObject({ session, fence: second.fence });
  expect(locks.keys()).toEqual([two]);
});

describe('closing one handle of a file that has others', () => {
  const lock = { kind: 'lock', inode: 2, from: 0, to: 10, exclusive: true } as const;
  const furnished = () => {
    const rig = Rig.furnished();
    const session = rig.session();
    const inode = rig.file(session, 'a');
    rig.ask(session, { kind: 'open', inode });
    return { rig, session, inode };
  };

  test('ends the flock locks of that open file, and no others', () => {
    const { rig, session, inode } = furnished();
    const flock = { ...lock, inode, style: 'flock', exclusive: false } as const;
    for (const owner of [1, 2]) rig.ask(session, { ...flock, owner });
    rig.ask(session, { ...lock, inode, style: 'posix', owner: 1 });
    rig.ask(session, { kind: 'close', inode, handle: 1, owners: [] });
    expect(rig.machine.state.locks.get(inode)).toMatchObject({
      posix: [{ owner: 1 }],
      flock: [{ owner: 2 }],
    });
  });

  test('ends all posix locks of the processes that close it, wherever they were taken', () => {
    const { rig, session, inode } = furnished();
    const other = rig.session();
    rig.ask(other, { kind: 'open', inode });
    const posix = { ...lock, inode, style: 'posix' } as const;
    rig.ask(session, { ...posix, owner: 1 });
    rig.ask(session, { ...posix, owner: 1, from: 20, to: 30 });
    rig.ask(session, { ...posix, owner: 2, from: 10, to: 20 });
    rig.ask(other, { ...posix, owner: 1, from: 30, to: 40 });
    rig.ask(session, { ...posix, style: 'flock', owner: 3 });
    rig.ask(session, { kind: 'close', inode, handle: 1, owners: [1] });
    expect(rig.machine.state.locks.get(inode)).toMatchObject({
      posix: [
        { session, owner: 2 },
        { session: other, owner: 1 },
      ],
      flock: [{ owner: 3 }],
    });
    expect(auditState(rig.machine.state)).toEqual([]);
  });
});

test("what stands in snapshot attributes is the store's own, and modes are modes", () => {
  const rig = Rig.furnished();
  const client = rig.session();
  const file = rig.file(client, 'a');
  const set = (name: string, value: Uint8Array | null) =>
    outcome(rig.ask(client, { kind: 'setxattr', inode: file, name, value }));
  expect([set('snapshot.index', Uint8Array.of(1)), set('snapshot.x', null)]).toEqual([
    'EPERM',
    'EPERM',
  ]);
  expect(set('user.snapshot.index', Uint8Array.of(1))).toBe('done');
  const none = { uid: null, gid: null, atimeUs: null, mtimeUs: null, trashUs: null };
  const chmod = (mode: number) =>
    outcome(rig.ask(client, { kind: 'setattr', inode: file, ...none, mode }));
  expect([chmod(0o7777), chmod(0o10000)]).toEqual(['done', 'EINVAL']);
  const at = { parent: 1, name: 'new', uid: 0, gid: 0 };
  expect(outcome(rig.ask(client, { kind: 'mkdir', ...at, mode: 2 ** 50 }))).toBe('EINVAL');
  const link = { kind: 'symlink', ...at, mode: 0o777 } as const;
  expect(outcome(rig.ask(client, { ...link, target: 'a\0b' }))).toBe('EINVAL');
});

test('a lease has a length, and a longest one', () => {
  const rig = Rig.furnished();
  const { maxLeaseUs } = tinySettings;
  const open = (leaseUs: number) =>
    outcome(rig.lead({ kind: 'open-session', owner: 1, leaseUs, role: 'client' }));
  expect([open(0), open(maxLeaseUs + 1), open(maxLeaseUs)]).toEqual([
    'EINVAL',
    'EINVAL',
    'session',
  ]);
});

describe('locks', () => {
  test('are refused without an open file, or with an empty range, or when there are too many', () => {
    const rig = Rig.furnished({ ...tinySettings, maxLocksPerInode: 2 });
    const session = rig.session();
    const inode = rig.file(session, 'a');
    const lock = { kind: 'lock', inode, style: 'posix', owner: 1, exclusive: false } as const;
    expect(outcome(rig.ask(rig.session(), { ...lock, from: 0, to: 1 }))).toBe('EBADF');
    expect(outcome(rig.ask(session, { ...lock, from: 3, to: 3 }))).toBe('EINVAL');
    expect(outcome(rig.ask(session, { ...lock, from: 0, to: 1 }))).toBe('done');
    expect(outcome(rig.ask(session, { ...lock, from: 4, to: 5 }))).toBe('done');
    expect(outcome(rig.ask(session, { ...lock, from: 8, to: 9 }))).toBe('ENOLCK');
    expect(outcome(rig.ask(session, { ...lock, from: 0, to: 9 }))).toBe('done');
  });

  test('of flock and posix do not meet, and flock changes its mode in one step', () => {
    const rig = Rig.furnished();
    const session = rig.session();
    const inode = rig.file(session, 'a');
    const lock = { kind: 'lock', inode, owner: 1, from: 0, to: 9, exclusive: true } as const;
    expect(outcome(rig.ask(session, { ...lock, style: 'posix' }))).toBe('done');
    expect(outcome(rig.ask(session, { ...lock, style: 'flock', owner: 2 }))).toBe('done');
    expect(outcome(rig.ask(session, { ...lock, style: 'flock', owner: 3 }))).toBe('EAGAIN');
    const shared = { ...lock, style: 'flock', exclusive: false } as const;
    expect(outcome(rig.ask(session, { ...shared, owner: 2 }))).toBe('done');
    expect(outcome(rig.ask(session, { ...shared, owner: 3 }))).toBe('done');
    expect(outcome(rig.ask(session, { ...lock, style: 'flock', owner: 2 }))).toBe('EAGAIN');
  });
});

test('the leader does not speak for sessions, nor they for it', () => {
  const rig = Rig.furnished();
  expect(outcome(rig.lead(create('a')))).toBe('ENOTCONN');
  expect(outcome(rig.ask(rig.session(), { kind: 'tick' }))).toBe('EPERM');
});

test('a region that is not active refuses changes, and lets go what is held', () => {
  const rig = Rig.furnished();
  const session = rig.session();
  const inode = rig.file(session, 'a');
  rig.lead({ kind: 'set-region-mode', region: 1, mode: 'standby', epoch: 1 });
  // What it held went with it, and one that comes now may change nothing.
  expect(outcome(rig.ask(session, create('b')))).toBe('ENOTCONN');
  expect(rig.machine.state.opens.get(session, inode)).toBeUndefined();
  const late = rig.session();
  expect(outcome(rig.ask(late, create('b')))).toBe('EROFS');
  expect(outcome(rig.ask(late, { kind: 'renew-session' }))).toBe('done');
  const before = rig.machine.state.regions.get(1)!.fence;
  rig.lead({ kind: 'set-region-mode', region: 1, mode: 'active', epoch: 2 });
  expect(rig.machine.state.regions.get(1)!.fence).toBeGreaterThan(before);
  expect(outcome(rig.ask(late, create('b')))).toBe('inode');
});

test('a standby region takes changes of one mirror only, and none of it once it is promoted', () => {
  const rig = Rig.furnished();
  const { state } = rig.machine;
  const mirror = (): number => {
    const reply = rig.lead({ kind: 'open-session', owner: 9, leaseUs: 1_000, role: 'mirror' });
    return reply?.kind === 'session' ? reply.session : 0;
  };
  const mode = (to: 'active' | 'standby' | 'lost', epoch: number): string =>
    outcome(rig.lead({ kind: 'set-region-mode', region: 1, mode: to, epoch }));
  expect(outcome(rig.ask(mirror(), create('a')))).toBe('EROFS');
  expect(mode('standby', 1)).toBe('done');
  const first = mirror();
  expect(outcome(rig.ask(first, create('a')))).toBe('inode');
  const second = mirror();
  expect(outcome(rig.ask(first, create('b')))).toBe('ENOTCONN');
  const inode = rig.file(second, 'c');
  const { chunk } = rig.write(second, inode, 0);
  const grant = rig.ask(second, { kind: 'grant-write', inode, index: 0, members: [1, 3, 5] });
  expect(outcome(grant)).toBe('grant');
  expect(mode('active', 2)).toBe('done');
  expect(outcome(rig.ask(second, create('b')))).toBe('ENOTCONN');
  expect(state.chunks.get(chunk)!.grant).toBeNull();
  expect(outcome(rig.ask(rig.session(), create('b')))).toBe('inode');
  // Told again; told late; another mode in the same epoch; lost.
  const { fence } = state.regions.get(1)!;
  expect(mode('active', 2)).toBe('done');
  expect(state.regions.get(1)!.fence).toBe(fence);
  expect(mode('standby', 1)).toBe('ESTALE');
  expect(mode('standby', 2)).toBe('ESTALE');
  expect(mode('lost', 3)).toBe('done');
  expect(outcome(rig.ask(rig.session(), create('z')))).toBe('EROFS');
  expect(outcome(rig.ask(mirror(), create('z')))).toBe('EROFS');
  expect(auditState(state)).toEqual([]);
});

test('time comes with entries and never goes back', () => {
  const rig = Rig.furnished();
  rig.timeUs = 100;
  rig.lead({ kind: 'tick' });
  rig.timeUs = 60;
  const inode = rig.file(rig.session(), 'a');
  expect(rig.machine.state.timeUs).toBe(100);
  expect(rig.machine.state.inodes.get(inode)!.mtimeUs).toBe(100);
});

test('at the end of time a deletion can still be planned, saved and restored', () => {
  const rig = Rig.furnished();
  const session = rig.session();
  const { chunk } = rig.write(session, rig.file(session, 'a'), 0);
  rig.timeUs = Number.MAX_SAFE_INTEGER;
  rig.ask(session, { kind: 'unlink', parent: rootInode, name: 'a' });
  rig.ask(session, { kind: 'close-session' });
  expect(rig.machine.state.plans.count(chunk)).toBe(3);
  expect(auditState(rig.machine.state)).toEqual([]);
});

test('entries that are no commands count, and none is left out or taken twice', () => {
  const { machine } = Rig.furnished();
  const data = new Uint8Array(0);
  const index = machine.applied + 1;
  const before = machine.hash();
  expect(machine.apply({ index, kind: 'noop', data })).toBeUndefined();
  expect(machine.hash()).not.toBe(before);
  expect(() => machine.apply({ index, kind: 'noop', data })).toThrow('out of order');
  expect(() => machine.apply({ index: index + 2, kind: 'noop', data })).toThrow('out of order');
  expect(() => machine.apply({ index: index + 1, kind: 'command', data })).toThrow(RangeError);
  expect(machine.applied).toBe(index);
});
