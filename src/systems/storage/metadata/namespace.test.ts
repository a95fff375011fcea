import { describe, expect, test } from 'vitest';
import { auditState } from './audit.ts';
import type { Command } from './command.ts';
import { attributes, readDirectory, readTrash, testLock } from './queries.ts';
import { rootInode } from './state.ts';
import { outcome, Rig, tinySettings } from './test-rig.ts';

const node = { mode: 0o755, uid: 1, gid: 2 };

function shell(settings = tinySettings): {
  rig: Rig;
  ask: (command: Command) => string;
  mkdir: (parent: number, name: string) => number;
  create: (parent: number, name: string) => number;
} {
  const rig = Rig.furnished(settings);
  const session = rig.session();
  const make = (command: Command) => {
    const reply = rig.ask(session, command);
    if (reply.kind !== 'inode') throw new Error(JSON.stringify(reply));
    return reply.inode;
  };
  return {
    rig,
    ask: (command) => outcome(rig.ask(session, command)),
    mkdir: (parent, name) => make({ kind: 'mkdir', parent, name, ...node }),
    create: (parent, name) => make({ kind: 'create', parent, name, ...node, exclusive: true }),
  };
}

describe('names', () => {
  test.each([
    ['', 'EINVAL'],
    ['.', 'EINVAL'],
    ['..', 'EINVAL'],
    ['a/b', 'EINVAL'],
    ['a\0', 'EINVAL'],
    ['é'.repeat(128), 'ENAMETOOLONG'],
    ['é'.repeat(127), 'inode'],
  ])('%j: %s', (name, expected) => {
    const { ask } = shell();
    const create = { kind: 'create', parent: rootInode, name, ...node, exclusive: true } as const;
    expect(ask(create)).toBe(expected);
    expect(ask({ kind: 'mkdir', parent: rootInode, name: 'd', ...node })).toBe('inode');
    const rename = { kind: 'rename', parent: rootInode, name: 'd', newParent: rootInode } as const;
    expect(ask({ ...rename, newName: name, keep: false })).toBe(
      expected === 'inode' ? 'ENOTDIR' : expected,
    );
  });

  test('a directory that is gone is a stale handle, a file is no directory', () => {
    const { ask, mkdir, create } = shell();
    const gone = mkdir(rootInode, 'd');
    ask({ kind: 'rmdir', parent: rootInode, name: 'd' });
    const file = create(rootInode, 'f');
    for (const [parent, errno] of [
      [gone, 'ESTALE'],
      [file, 'ENOTDIR'],
    ] as const) {
      expect(ask({ kind: 'mkdir', parent, name: 'x', ...node })).toBe(errno);
      expect(ask({ kind: 'unlink', parent, name: 'x' })).toBe(errno);
      expect(ask({ kind: 'link', inode: file, parent, name: 'x' })).toBe(errno);
      expect(ask({ kind: 'clone', source: file, parent, name: 'x', frozen: false })).toBe(errno);
    }
    expect(ask({ kind: 'truncate', inode: gone, sizeBytes: 1 })).toBe('ESTALE');
    expect(ask({ kind: 'open', inode: gone })).toBe('ESTALE');
  });

  test('a directory is read in order, in pages', () => {
    const { rig, create } = shell();
    for (const name of ['b', 'é', 'a', 'B']) create(rootInode, name);
    const page = (after: string) =>
      readDirectory(rig.machine.state, rootInode, after, 2).map(({ name }) => name);
    expect([page(''), page('a'), page('é')]).toEqual([['B', 'a'], ['b', 'é'], []]);
  });
});

describe('limits', () => {
  test('of links, inodes, targets, attributes and clones', () => {
    const { ask, mkdir, create } = shell({
      ...tinySettings,
      maxLinks: 3,
      maxInodes: 6,
      maxTargetBytes: 3,
      maxAttributeBytes: 2,
      maxCloneInodes: 2,
    });
    const top = mkdir(rootInode, 'd');
    expect(ask({ kind: 'mkdir', parent: rootInode, name: 'e', ...node })).toBe('EMLINK');
    const below = mkdir(top, 'e');
    const rename = { kind: 'rename', parent: top, name: 'e', newParent: rootInode } as const;
    expect(ask({ ...rename, newName: 'e', keep: false })).toBe('EMLINK');
    const file = create(below, 'f');
    expect(ask({ kind: 'link', inode: file, parent: top, name: 'g' })).toBe('done');
    expect(ask({ kind: 'link', inode: file, parent: top, name: 'h' })).toBe('done');
    expect(ask({ kind: 'link', inode: file, parent: top, name: 'i' })).toBe('EMLINK');
    const clone = { kind: 'clone', source: top, parent: rootInode, name: 'c' } as const;
    expect(ask({ ...clone, frozen: true })).toBe('E2BIG');
    const symlink = { kind: 'symlink', parent: top, name: 's', ...node } as const;
    expect(ask({ ...symlink, target: 'four' })).toBe('ENAMETOOLONG');
    expect(ask({ ...symlink, target: '' })).toBe('ENOENT');
    const attribute = { kind: 'setxattr', inode: file, name: 'user.x' } as const;
    expect(ask({ ...attribute, value: new Uint8Array(3) })).toBe('E2BIG');
    expect(ask({ ...attribute, value: null })).toBe('ENODATA');
    const times = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null };
    const long = { kind: 'setattr', inode: file, ...times, trashUs: 2 ** 42 } as const;
    expect(ask(long)).toBe('EINVAL');
    create(below, 'j');
    create(below, 'k');
    expect(ask({ kind: 'mkdir', parent: below, name: 'l', ...node })).toBe('ENOSPC');
    expect(ask({ ...clone, source: file, frozen: false })).toBe('ENOSPC');
  });

  test('of what one tick purges: the rest waits for the next', () => {
    const { rig, ask, create } = shell({ ...tinySettings, purgeBatch: 2 });
    const others = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null };
    for (const name of ['a', 'b', 'c']) {
      ask({ kind: 'setattr', inode: create(rootInode, name), ...others, trashUs: 5 });
      ask({ kind: 'unlink', parent: rootInode, name });
    }
    const left = () => rig.machine.state.trash.size;
    rig.timeUs += 4;
    rig.lead({ kind: 'tick' });
    expect(left()).toBe(3);
    rig.timeUs += 1;
    rig.lead({ kind: 'tick' });
    expect(left()).toBe(1);
    rig.lead({ kind: 'tick' });
    expect(left()).toBe(0);
  });
});

test('a file that was restored and thrown away again has its whole time in the trash', () => {
  const { rig, ask, create } = shell();
  const inode = create(rootInode, 'a');
  const others = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null };
  ask({ kind: 'setattr', inode, ...others, trashUs: 10 });
  const at = { parent: rootInode, name: 'a' };
  ask({ kind: 'unlink', ...at });
  expect(ask({ kind: 'open', inode })).toBe('ESTALE');
  rig.timeUs += 6;
  expect(ask({ kind: 'restore-trash', inode, ...at })).toBe('inode');
  expect(ask({ kind: 'restore-trash', inode, parent: rootInode, name: 'b' })).toBe('ENOENT');
  ask({ kind: 'unlink', ...at });
  rig.timeUs += 9;
  rig.lead({ kind: 'tick' });
  expect(attributes(rig.machine.state, inode)).not.toBeNull();
  rig.timeUs += 1;
  rig.lead({ kind: 'tick' });
  expect(attributes(rig.machine.state, inode)).toBeNull();
  expect(ask({ kind: 'purge-trash', inode })).toBe('ENOENT');
});

test('the trash is listed in pages, with where files were, and purged one by one', () => {
  const { rig, ask, create } = shell();
  const { state } = rig.machine;
  const keep = { mode: null, uid: null, gid: null, atimeUs: null, mtimeUs: null, trashUs: 10 };
  const files = ['a', 'b', 'c'].map((name) => {
    const inode = create(rootInode, name);
    ask({ kind: 'setattr', inode, ...keep });
    return { inode, name };
  });
  expect(readTrash(state, 0, 10)).toEqual([]);
  const expected = files.map(({ inode, name }) => {
    rig.timeUs += 1;
    ask({ kind: 'unlink', parent: rootInode, name });
    const since = { sinceUs: rig.timeUs, untilUs: rig.timeUs + 10 };
    return { inode, parent: rootInode, name, ...since };
  });
  const [first, second, third] = expected;
  expect(readTrash(state, 0, 10)).toEqual(expected);
  expect(readTrash(state, 0, 2)).toEqual([first, second]);
  expect(readTrash(state, second!.inode, 2)).toEqual([third]);
  expect(ask({ kind: 'purge-trash', inode: second!.inode })).toBe('done');
  expect(ask({ kind: 'purge-trash', inode: second!.inode })).toBe('ENOENT');
  expect(readTrash(state, 0, 10)).toEqual([first, third]);
  const at = { parent: rootInode, name: 'z' };
  expect(ask({ kind: 'restore-trash', inode: second!.inode, ...at })).toBe('ENOENT');
  expect(ask({ kind: 'restore-trash', inode: first!.inode, ...at })).toBe('inode');
  expect(readTrash(state, 0, 10)).toEqual([third]);
  expect(auditState(state)).toEqual([]);
});

describe('quotas', () => {
  test('follow a file over its links, and stand in the way of what would cross them', () => {
    const { rig, ask, mkdir, create } = shell();
    const [one, two] = [mkdir(rootInode, 'one'), mkdir(rootInode, 'two')];
    const inner = mkdir(one, 'inner');
    const file = create(one, 'f');
    ask({ kind: 'truncate', inode: file, sizeBytes: 10 });
    expect(ask({ kind: 'set-quota', inode: one, inodes: 0, bytes: 12 })).toBe('done');
    expect(ask({ kind: 'link', inode: file, parent: two, name: 'g' })).toBe('EXDEV');
    expect(ask({ kind: 'link', inode: file, parent: inner, name: 'g' })).toBe('done');
    // The oldest link goes: the charge moves to the next.
    const bytes = (inode: number) => rig.machine.state.inodes.get(inode)!.belowBytes;
    expect([bytes(one), bytes(inner)]).toEqual([10, 0]);
    ask({ kind: 'unlink', parent: one, name: 'f' });
    expect([bytes(one), bytes(inner)]).toEqual([10, 10]);
    expect(ask({ kind: 'truncate', inode: file, sizeBytes: 13 })).toBe('EDQUOT');
    expect(attributes(rig.machine.state, file)!.sizeBytes).toBe(10);
    ask({ kind: 'link', inode: file, parent: one, name: 'h' });
    const move = { kind: 'rename', parent: one, newParent: two, keep: false } as const;
    expect(ask({ ...move, name: 'inner', newName: 'inner' })).toBe('EXDEV');
    expect(ask({ ...move, name: 'h', newName: 'h' })).toBe('EXDEV');
    expect(ask({ kind: 'set-quota', inode: inner, inodes: 9, bytes: 0 })).toBe('EXDEV');
    ask({ kind: 'unlink', parent: one, name: 'h' });
    ask({ kind: 'set-quota', inode: two, inodes: 1, bytes: 0 });
    expect(ask({ ...move, name: 'inner', newName: 'inner' })).toBe('EDQUOT');
    ask({ kind: 'set-quota', inode: two, inodes: 2, bytes: 10 });
    expect(ask({ ...move, name: 'inner', newName: 'inner' })).toBe('inode');
    expect([bytes(one), bytes(two)]).toEqual([0, 10]);
    expect(auditState(rig.machine.state)).toEqual([]);
  });

  test('a lowered limit keeps things from growing, not from shrinking', () => {
    const { ask, mkdir, create } = shell();
    const top = mkdir(rootInode, 'd');
    const file = create(top, 'f');
    ask({ kind: 'truncate', inode: file, sizeBytes: 20 });
    ask({ kind: 'set-quota', inode: top, inodes: 0, bytes: 8 });
    expect(ask({ kind: 'truncate', inode: file, sizeBytes: 19 })).toBe('done');
    expect(ask({ kind: 'truncate', inode: file, sizeBytes: 20 })).toBe('EDQUOT');
    expect(ask({ kind: 'set-quota', inode: file, inodes: 1, bytes: 1 })).toBe('ENOTDIR');
  });
});

test('of two crossed moves of directories the second is refused: no loop comes off the tree', () => {
  const { rig, ask, mkdir } = shell();
  const [one, two] = [mkdir(rootInode, 'one'), mkdir(rootInode, 'two')];
  const move = { kind: 'rename', parent: rootInode, keep: false } as const;
  expect(ask({ ...move, name: 'one', newParent: two, newName: 'x' })).toBe('inode');
  const back = { ...move, parent: rootInode, name: 'two', newParent: one, newName: 'y' } as const;
  expect(ask(back)).toBe('EINVAL');
  expect(auditState(rig.machine.state)).toEqual([]);
});

test('create gives what is there unless it must be new; rename may insist on a free name', () => {
  const { rig, ask, create, mkdir } = shell();
  const file = create(rootInode, 'f');
  mkdir(rootInode, 'd');
  const again = { kind: 'create', parent: rootInode, ...node } as const;
  expect(ask({ ...again, name: 'f', exclusive: true })).toBe('EEXIST');
  expect(ask({ ...again, name: 'f', exclusive: false })).toBe('inode');
  expect(ask({ ...again, name: 'd', exclusive: false })).toBe('EISDIR');
  expect(rig.machine.state.nextInode).toBe(file + 2);
  const move = { kind: 'rename', parent: rootInode, name: 'f', newParent: rootInode } as const;
  expect(ask({ ...move, newName: 'd', keep: true })).toBe('EEXIST');
});

test('a lock test names who stands in the way', () => {
  const { rig, ask, create } = shell();
  const inode = create(rootInode, 'f');
  ask({ kind: 'open', inode });
  const range = { owner: 4, from: 2, to: 6, exclusive: true };
  ask({ kind: 'lock', inode, style: 'posix', ...range });
  const wanted = { session: 1, owner: 4, from: 5, to: 9, exclusive: false };
  expect(testLock(rig.machine.state, inode, 'posix', wanted)).toMatchObject(range);
  expect(testLock(rig.machine.state, inode, 'posix', { ...wanted, from: 6 })).toBeNull();
  expect(testLock(rig.machine.state, inode, 'flock', wanted)).toBeNull();
});

test('a server with data keeps its place; a drain goes on over its restarts', () => {
  const rig = Rig.furnished();
  const session = rig.session();
  rig.write(session, rig.file(session, 'f'), 0);
  const one = { kind: 'register-server', server: 1, region: 1, zone: 1, host: 1 } as const;
  const size = { weight: 1, capacityBytes: 400 };
  expect(outcome(rig.lead({ ...one, ...size, zone: 2 }))).toBe('EBUSY');
  expect(outcome(rig.lead({ ...one, ...size, server: 0 }))).toBe('EINVAL');
  rig.lead({ kind: 'set-server-state', server: 1, state: 'draining' });
  rig.lead({ ...one, ...size });
  expect(rig.machine.state.servers.get(1)).toMatchObject({ state: 'draining', life: 2 });
});

test('classes are defined once, watermarks only rise, and not above the log', () => {
  const rig = Rig.furnished();
  const known = rig.machine.state.classes.get(1)!;
  expect(outcome(rig.lead({ kind: 'define-class', storageClass: known }))).toBe('EEXIST');
  const broken = { ...known, id: 9, name: '' };
  expect(outcome(rig.lead({ kind: 'define-class', storageClass: broken }))).toBe('EINVAL');
  const advance = (index: number) =>
    outcome(rig.lead({ kind: 'advance-watermark', region: 2, index }));
  expect(advance(1)).toBe('ENOENT');
  rig.lead({ kind: 'set-region-mode', region: 2, mode: 'standby', epoch: 1 });
  expect([advance(3), advance(2), advance(1_000)]).toEqual(['done', 'EINVAL', 'EINVAL']);
});
