import { describe, expect, it } from 'vitest';
import { testClasses } from '../../src/systems/storage/metadata/test-rig.ts';
import { StorageRig } from './test-kit.ts';

const newNode = { mode: 0o644, uid: 0, gid: 0 };
const create = (name: string, parent = 1) =>
  ({ kind: 'create', parent, name, exclusive: true, ...newNode }) as const;
const mkdir = (name: string, parent = 1) => ({ kind: 'mkdir', parent, name, ...newNode }) as const;

/** A rig with a file `a` (inode 2), open in the session that is given back. */
function withFile(only?: string): { rig: StorageRig; session: number } {
  const rig = new StorageRig(only);
  const session = rig.furnish();
  rig.ask(session, 2, create('a'));
  rig.ask(session, 3, { kind: 'open', inode: 2 });
  return { rig, session };
}

/** The same with a chunk of three replicas in the file, committed; chunk 1. */
function withChunk(only?: string): { rig: StorageRig; session: number; fence: number } {
  const { rig, session } = withFile(only);
  const members = [4, 6, 8];
  const reply = rig.ask(session, 4, { kind: 'grant-write', inode: 2, index: 0, members });
  const { fence } = reply as { fence: number };
  rig.store(members, { chunk: 1, version: 1, generation: 0, part: 0 });
  rig.lead({ kind: 'commit-version', chunk: 1, fence, members });
  return { rig, session, fence };
}

describe('SB1 masters agree', () => {
  it('holds while all make the same of the log, in whatever batches', () => {
    const { rig, session } = withFile();
    rig.propose(session, 4, mkdir('d'));
    rig.propose(session, 5, mkdir('e'));
    rig.commit(0);
    rig.commit(1);
    rig.commit(2);
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SB1')).toBeGreaterThan(3);
  });

  it('breaks when a follower makes something else of it', () => {
    const { rig } = withFile();
    rig.commit(1, ({ state }) => {
      state.inodes.edit(2).sizeBytes = 7;
      state.settle();
    });
    expect(rig.broken).toEqual(['SB1']);
  });
});

describe('SB3 time comes in entries', () => {
  it('breaks when the time goes back', () => {
    const { rig, session } = withFile('SB3');
    rig.propose(session, 4, mkdir('d'));
    rig.commit(0, ({ state }) => {
      state.timeUs = 1;
    });
    expect(rig.broken).toEqual(['SB3']);
  });

  it('holds when a later entry has an earlier clock', () => {
    const { rig, session } = withFile('SB3');
    rig.wallUs = 0;
    rig.ask(session, 4, mkdir('d'));
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SB3')).toBeGreaterThan(0);
  });
});

describe('names', () => {
  it('hold over links, renames, trash and removal', () => {
    const { rig, session } = withFile();
    rig.ask(session, 4, mkdir('d'));
    rig.ask(session, 5, { kind: 'link', inode: 2, parent: 3, name: 'b' });
    rig.ask(session, 6, {
      kind: 'rename',
      parent: 1,
      name: 'a',
      newParent: 3,
      newName: 'c',
      keep: false,
    });
    rig.ask(session, 7, { kind: 'rmdir', parent: 1, name: 'd' });
    rig.ask(session, 8, { kind: 'unlink', parent: 3, name: 'b' });
    expect(rig.broken).toEqual([]);
    for (const id of ['SE1', 'SE4', 'SE6']) expect(rig.premise(id)).toBeGreaterThan(0);
  });

  it('SE4 breaks when a rename leaves the old name', () => {
    const { rig, session } = withFile();
    rig.bend(({ state }) => state.dentries.insert(1, 'a', { inode: 2 }));
    const to = { newParent: 1, newName: 'b', keep: false };
    rig.ask(session, 4, { kind: 'rename', parent: 1, name: 'a', ...to });
    expect(rig.broken).toContain('SE4');
  });

  it('SE1 breaks when a directory comes loose', () => {
    const { rig, session } = withFile('SE1');
    rig.ask(session, 4, mkdir('d'));
    rig.ask(session, 5, mkdir('e', 3));
    rig.bend(({ state }) => {
      state.inodes.edit(3).parents = [4];
    });
    rig.ask(session, 6, create('x', 3));
    expect(rig.broken).toEqual(['SE1']);
  });

  it('SE6 breaks when a directory that is not empty is removed', () => {
    const { rig, session } = withFile('SE6');
    rig.ask(session, 4, mkdir('d'));
    rig.facts.oracle.files.addName(3, 'ghost', 2);
    rig.ask(session, 5, { kind: 'rmdir', parent: 1, name: 'd' });
    expect(rig.broken).toEqual(['SE6']);
  });

  it('SE6 breaks when a name that is there is refused as missing', () => {
    const { rig, session } = withFile('SE6');
    rig.facts.oracle.files.addName(1, 'ghost', 2);
    rig.ask(session, 4, { kind: 'unlink', parent: 1, name: 'ghost' });
    expect(rig.broken).toEqual(['SE6']);
  });
});

describe('SE3 exactly once', () => {
  it('holds when a request is in the log again and gets its old answer', () => {
    const { rig, session } = withFile('SE3');
    rig.ask(session, 2, create('a'));
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SE3')).toBe(1);
  });

  it('breaks when it is carried out a second time', () => {
    const { rig, session } = withFile('SE3');
    rig.facts.oracle.state.replies.delete(session, 2);
    rig.ask(session, 2, create('a'));
    expect(rig.broken).toEqual(['SE3']);
  });
});

describe('SE5 locks exclude', () => {
  const lock = {
    kind: 'lock',
    style: 'posix',
    inode: 2,
    from: 0,
    to: 10,
    exclusive: true,
  } as const;

  it('holds for locks beside each other', () => {
    const { rig, session } = withFile('SE5');
    rig.ask(session, 4, { ...lock, owner: 1 });
    rig.ask(session, 5, { ...lock, owner: 2, from: 10, to: 20 });
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SE5')).toBe(2);
  });

  it('breaks when a lock is granted over that of another owner, which the tables then forget', () => {
    const { rig, session } = withFile('SE5');
    rig.bend(({ state }) => {
      state.locks.edit(2).posix = [];
    });
    rig.ask(session, 4, { ...lock, owner: 1 });
    rig.ask(session, 5, { ...lock, owner: 2 });
    expect(rig.broken).toEqual(['SE5']);
  });

  it('holds for what was given back, in part or with the last close', () => {
    const { rig, session } = withFile('SE5');
    rig.ask(session, 4, { ...lock, owner: 1 });
    rig.ask(session, 5, { ...lock, kind: 'unlock', owner: 1, from: 0, to: 5 });
    rig.ask(session, 6, { ...lock, owner: 2, from: 0, to: 5 });
    rig.ask(session, 7, { kind: 'close', inode: 2, handle: 0, owners: [] });
    rig.ask(session, 8, { kind: 'open', inode: 2 });
    rig.ask(session, 9, { ...lock, owner: 3 });
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SE5')).toBe(4);
  });

  it('holds for what ends with the handle or the process that is closed, and with no other', () => {
    const { rig, session } = withFile('SE5');
    rig.ask(session, 4, { kind: 'open', inode: 2 });
    rig.ask(session, 5, { kind: 'open', inode: 2 });
    rig.ask(session, 6, { ...lock, owner: 1 });
    rig.ask(session, 7, { ...lock, owner: 2, from: 10, to: 20 });
    rig.ask(session, 8, { ...lock, style: 'flock', owner: 1 });
    rig.ask(session, 9, { kind: 'close', inode: 2, handle: 2, owners: [2] });
    rig.ask(session, 10, { ...lock, owner: 3, from: 10, to: 20 });
    rig.ask(session, 11, { kind: 'close', inode: 2, handle: 1, owners: [3] });
    rig.ask(session, 12, { ...lock, style: 'flock', owner: 3 });
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SE5')).toBe(7);
    expect(rig.facts.oracle.state.locks.get(2)).toMatchObject({
      posix: [{ owner: 1 }],
      flock: [{ owner: 3 }],
    });
  });

  it.each(['posix', 'flock'] as const)('breaks when a %s lock outlives its close', (style) => {
    const { rig, session } = withFile('SE5');
    rig.ask(session, 4, { kind: 'open', inode: 2 });
    rig.ask(session, 5, { ...lock, style, owner: 1 });
    rig.bend(({ state }) => {
      const left = { session, owner: 1, from: 0, to: 10, exclusive: true };
      state.locks.insert(2, { posix: [], flock: [], [style]: [left] });
    });
    rig.ask(session, 6, { kind: 'close', inode: 2, handle: 1, owners: [1] });
    expect(rig.broken).toEqual(['SE5']);
  });

  it('breaks when a close takes the lock of another process', () => {
    const { rig, session } = withFile('SE5');
    rig.ask(session, 4, { kind: 'open', inode: 2 });
    rig.ask(session, 5, { ...lock, owner: 1 });
    rig.bend(({ state }) => {
      state.locks.delete(2);
    });
    rig.ask(session, 6, { kind: 'close', inode: 2, handle: 3, owners: [2] });
    expect(rig.broken).toEqual(['SE5']);
  });

  it('breaks when two holders have the same bytes', () => {
    const { rig, session } = withFile('SE5');
    rig.ask(session, 4, { ...lock, owner: 1 });
    rig.bend(({ state }) => {
      const row = state.locks.edit(2);
      row.posix = [...row.posix, { session, owner: 2, from: 5, to: 6, exclusive: true }];
    });
    rig.ask(session, 5, { ...lock, owner: 2 });
    expect(rig.broken).toEqual(['SE5']);
  });
});

describe('chunks', () => {
  it('hold through writing, cloning and removal', () => {
    const { rig, session, fence } = withChunk();
    const lease = { inode: 2, index: 0, fence };
    rig.ask(session, 5, { kind: 'settle-write', ...lease, validBytes: 100 });
    rig.ask(session, 6, { kind: 'release-write', ...lease });
    rig.ask(session, 7, { kind: 'clone', source: 2, parent: 1, name: 'copy', frozen: false });
    rig.ask(session, 8, { kind: 'unlink', parent: 1, name: 'copy' });
    rig.ask(session, 9, { kind: 'unlink', parent: 1, name: 'a' });
    rig.ask(session, 10, { kind: 'close', inode: 2, handle: 0, owners: [] });
    expect(rig.facts.oracle.state.chunks.size).toBe(0);
    expect(rig.broken).toEqual([]);
    for (const id of ['SC1', 'SC2', 'SF1']) expect(rig.premise(id)).toBeGreaterThan(0);
  });

  it('SC1 breaks when a reference is not counted', () => {
    const { rig, session } = withChunk('SC1');
    rig.bend(({ state }) => {
      state.chunks.edit(1).references += 1;
    });
    rig.ask(session, 5, mkdir('d'));
    expect(rig.broken).toEqual(['SC1']);
  });

  it('SC2 breaks when a version falls', () => {
    const { rig, session } = withChunk('SC2');
    rig.bend(({ state }) => {
      state.chunks.edit(1).version = 0;
    });
    rig.ask(session, 5, mkdir('d'));
    expect(rig.broken).toEqual(['SC2']);
  });

  it('SF1 breaks when two parts lie on one server', () => {
    const { rig, session } = withChunk('SF1');
    rig.bend(({ state }) => {
      state.chunks.edit(1).members = [4, 4, 8];
    });
    rig.ask(session, 5, mkdir('d'));
    expect(rig.broken).toEqual(['SF1']);
  });

  /** Two of three parts in one zone, against the caps of a class that takes that or not. */
  function beyondCaps(whenInfeasible: 'flag' | 'refuse', degraded: boolean): readonly string[] {
    const { rig, session } = withChunk('SF1');
    rig.bend(({ state }) => {
      const storageClass = state.classes.get(1)!;
      state.classes.delete(1);
      const caps = { ...storageClass.caps, zone: 1 };
      state.classes.insert(1, { ...storageClass, caps, whenInfeasible });
      Object.assign(state.chunks.edit(1), { members: [4, 5, 8], degraded });
    });
    rig.ask(session, 5, mkdir('d'));
    return rig.broken;
  }

  it('SF1 breaks beyond a cap unless the class takes it and the chunk is flagged', () => {
    expect(beyondCaps('flag', true)).toEqual([]);
    expect(beyondCaps('flag', false)).toEqual(['SF1']);
    expect(beyondCaps('refuse', true)).toEqual(['SF1']);
  });

  it('SF6 holds for copies in three regions', () => {
    const { rig, session } = withFile('SF6');
    const caps = { host: 1, zone: 1, region: 1 };
    const storageClass = { ...testClasses[0]!, id: 3, name: 'far', caps };
    rig.lead({ kind: 'define-class', storageClass });
    rig.ask(session, 4, { kind: 'set-class', inode: 2, classId: 3 });
    const members = [4, 6, 8];
    const reply = rig.ask(session, 5, { kind: 'grant-write', inode: 2, index: 0, members });
    const { fence } = reply as { fence: number };
    rig.lead({ kind: 'commit-version', chunk: 1, fence, members });
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SF6')).toBe(1);
  });

  it('SF6 breaks when one region holds too much of a stripe that should survive it', () => {
    const { rig, session } = withChunk('SF6');
    rig.bend(({ state }) => {
      const storageClass = state.classes.get(1)!;
      state.classes.delete(1);
      const caps = { ...storageClass.caps, region: 1 };
      const redundancy = { kind: 'erasure', dataParts: 2, parityParts: 1 } as const;
      state.classes.insert(1, { ...storageClass, redundancy, caps });
      state.chunks.edit(1).members = [4, 5, 6];
    });
    rig.ask(session, 5, mkdir('d'));
    expect(rig.broken).toEqual(['SF6']);
  });
});

describe('SG1 quotas hold', () => {
  it('holds at the limit, and for what was there before', () => {
    const { rig, session } = withFile('SG1');
    rig.ask(session, 4, create('b'));
    rig.ask(session, 5, { kind: 'set-quota', inode: 1, inodes: 1, bytes: 100 });
    rig.ask(session, 6, { kind: 'truncate', inode: 2, sizeBytes: 100 });
    rig.ask(session, 7, { kind: 'unlink', parent: 1, name: 'b' });
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SG1')).toBeGreaterThan(1);
  });

  it('breaks when a sum grows beyond its limit', () => {
    const { rig, session } = withFile('SG1');
    rig.ask(session, 4, { kind: 'set-quota', inode: 1, inodes: 0, bytes: 100 });
    rig.bend(({ state }) => {
      state.inodes.edit(1).belowBytes = 101;
    });
    rig.ask(session, 5, { kind: 'truncate', inode: 2, sizeBytes: 100 });
    expect(rig.broken).toEqual(['SG1']);
  });
});

describe('what clients are told', () => {
  it('holds for the answer of the log', () => {
    const { rig, session } = withFile();
    const request = rig.call(session, 4, mkdir('d'));
    const reply = rig.ask(session, 4, mkdir('d'));
    rig.answer(request, rig.log.length, reply);
    expect(rig.broken).toEqual([]);
    expect([rig.premise('SB2'), rig.premise('SE2')]).toEqual([1, 1]);
  });

  it('SB2 breaks when an entry is told that is not committed', () => {
    const { rig, session } = withFile('SB2');
    const request = rig.call(session, 4, mkdir('d'));
    rig.answer(request, rig.log.length + 1, { kind: 'inode', inode: 3 });
    expect(rig.broken).toEqual(['SB2']);
  });

  it('SE2 breaks when another answer is told than the log gives', () => {
    const { rig, session } = withFile('SE2');
    const request = rig.call(session, 4, mkdir('d'));
    rig.ask(session, 4, mkdir('d'));
    rig.answer(request, rig.log.length, { kind: 'inode', inode: 99 });
    expect(rig.broken).toEqual(['SE2']);
  });

  it('SE2 breaks when a call takes effect before it began', () => {
    const { rig, session } = withFile('SE2');
    const first = rig.call(session, 4, mkdir('d'));
    rig.answer(first, rig.log.length, rig.ask(session, 4, mkdir('d')));
    const reply = rig.ask(session, 5, mkdir('e'));
    rig.answer(first, rig.log.length, reply);
    const late = rig.call(session, 5, mkdir('e'));
    rig.answer(late, rig.log.length, reply);
    expect(rig.broken).toEqual(['SE2']);
  });
});
