import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/index.ts';
import { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import { FragmentTable } from '../../src/systems/storage/chunkserver/fragment-table.ts';
import type { JournalRecord } from '../../src/systems/storage/chunkserver/journal-format.ts';
import { readsAreClean } from './clean-reads.ts';
import { leftOutServesNobody } from './left-out.ts';
import { enoughAtAllTimes } from './memberships.ts';
import type { StorageMoment } from './moment.ts';
import { writesAreNumbered } from './numbered.ts';
import { copiesAreCopies } from './repairs.ts';
import { restartsForgetNothing } from './restarts.ts';
import type { FragmentChange } from './server-mirror.ts';
import { whatWasTakenIn } from './taken-in.ts';
import { client, firstServer, StorageRig, writing } from './test-kit.ts';

const name = { chunk: 1, version: 1, generation: 0, part: 0 };
const made = { mode: 0o644, uid: 0, gid: 0, exclusive: true };

/** The same, committed on the servers that have it and let go. */
function withChunk(only: string, ...have: readonly number[]): StorageRig {
  const { rig, session, fence } = writing(only);
  rig.store(have, name);
  rig.lead({ kind: 'commit-version', chunk: 1, fence, members: [4, 6, 8] });
  rig.ask(session, 5, { kind: 'release-write', inode: 2, index: 0, fence });
  return rig;
}

function change(record: JournalRecord, fragment: Fragment = new Fragment(1, name)): FragmentChange {
  const before = { versionBefore: 1, previousBefore: 0, fenceBefore: 0, chunkFenceBefore: 0 };
  return { record, fragment, ...before, lastFenceBefore: 0, lastSequenceBefore: 0 };
}

interface Judging<Ghost> {
  check(moment: StorageMoment, ghost: Ghost): Outcome;
}

/** Shows a rung what server 5 has promised to its disk. */
function shown<Ghost>(
  rung: Judging<Ghost>,
  rig: StorageRig,
  changes: readonly FragmentChange[],
  ghost: Ghost,
): string {
  const moment = { facts: rig.facts, node: firstServer + 1, timeUs: rig.timeUs, changes };
  return rung.check(moment as unknown as StorageMoment, ghost).kind;
}

describe('SC8 members have it', () => {
  it('holds when all have it, and breaks for one that has nothing', () => {
    const rig = withChunk('SC8', 4, 6, 8);
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SC8')).toBeGreaterThan(0);
    expect(withChunk('SC8', 4, 6).broken).toEqual(['SC8']);
  });

  it('owes nothing for one whose disk has lost the part since, and something for another part', () => {
    for (const [chunk, broken] of [
      [1, []],
      [2, ['SC8']],
    ] as const) {
      const { rig, fence } = writing('SC8');
      rig.store([4, 6], name);
      const marks = { version: 1, fence: 5, lastFence: 5, lastSequence: 2, blocks: 1, fault: null };
      const lost = { chunk, generation: 0, part: 0, promised: marks, found: null };
      rig.facts.servers[8 - 1]!.forgotten = [lost];
      rig.lead({ kind: 'commit-version', chunk: 1, fence, members: [4, 6, 8] });
      expect(rig.broken).toEqual(broken);
    }
  });
});

describe('SF7 good parts stay', () => {
  const drop = { kind: 'drop-member', chunk: 1, version: 1, generation: 0 } as const;

  it('holds for a part that its server found damaged', () => {
    const rig = withChunk('SF7', 4, 6, 8);
    rig.facts.servers[3]!.table.byNumber.get(1)!.fault = 'bad';
    rig.lead({ ...drop, position: 0, server: 4 });
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SF7')).toBe(1);
  });
});

describe('SC5 enough at all times', () => {
  const erase = { kind: 'erase', number: 1 } as const;

  it('holds while one replica is left, and breaks when none is', () => {
    const rig = withChunk('SC5', 4, 6, 8);
    expect(shown(enoughAtAllTimes, rig, [change(erase)], undefined)).toBe('held');
    for (const server of [4, 6, 8]) rig.facts.servers[server - 1]!.table = new FragmentTable();
    expect(shown(enoughAtAllTimes, rig, [change(erase)], undefined)).toBe('broken');
  });
});

describe('SF4 copies are copies', () => {
  const data = Uint8Array.of(1, 2, 3);
  const marks = { previousVersion: 0, fence: 0, lastFence: 0, lastSequence: 0 };

  function put(checksum: number): JournalRecord {
    const blocks = [{ block: 0, version: 1, checksum, data }];
    return { kind: 'put', number: 1, ...name, ...marks, blocks };
  }

  it('holds for equal blocks, and breaks for another block or for less', () => {
    const rig = withChunk('SF4', 4, 6, 8);
    const { blocks } = rig.facts.servers[5]!.table.byNumber.get(1)!;
    blocks.push({ version: 1, checksum: 77, bytes: 3 });
    rig.facts.servers[3]!.table = new FragmentTable();
    rig.facts.servers[7]!.table = new FragmentTable();
    expect(shown(copiesAreCopies, rig, [change(put(77))], undefined)).toBe('held');
    expect(shown(copiesAreCopies, rig, [change(put(78))], undefined)).toBe('broken');
    blocks.push({ version: 1, checksum: 79, bytes: 3 });
    expect(shown(copiesAreCopies, rig, [change(put(77))], undefined)).toBe('broken');
  });
});

describe('what leaves a chunkserver', () => {
  const read = { ...name, firstBlock: 0, blocks: 1, index: 0, forRepair: false };

  it('SA3 holds for the newest bytes, and breaks for those before them', () => {
    const node = firstServer + 1;
    const ghost: Parameters<typeof whatWasTakenIn.check>[1] = new Map();
    const rig = new StorageRig('SA3');
    const fragment = new Fragment(1, name);
    rig.facts.servers[node]!.table.add(fragment);
    const write = { kind: 'write', number: 1, fence: 5, sequence: 1, tail: '' } as const;
    for (const [at, checksum] of [11, 12].entries()) {
      rig.timeUs += 1_000 * (at + 1);
      const block = { block: 0, version: 1, checksum, data: Uint8Array.of(1) };
      shown(whatWasTakenIn, rig, [change({ ...write, blocks: [block] }, fragment)], ghost);
    }
    const says = (checksum: number): string => {
      rig.receive(node, client, { kind: 'read-blocks', request: checksum, ...read });
      const blocks = [{ bytes: Uint8Array.of(1), version: 1, checksum }];
      const message = { kind: 'blocks-read', request: checksum, fault: null, blocks };
      const moment = { facts: rig.facts, node, peer: client, message, timeUs: rig.timeUs };
      return whatWasTakenIn.check(moment as unknown as StorageMoment, ghost).kind;
    };
    expect(says(12)).toBe('held');
    expect(says(11)).toBe('broken');
  });

  it('SC7 holds until something is written without it, and breaks afterwards', () => {
    const { rig, fence } = writing('SC7');
    rig.store([4, 5, 6, 8], name);
    rig.lead({ kind: 'commit-version', chunk: 1, fence, members: [4, 6, 8] });
    const reform = { kind: 'reform-members', chunk: 1, fence, members: [4, 0, 8] } as const;
    const ghost: Parameters<typeof leftOutServesNobody.check>[1] = {
      members: new Map([[1, [4, 6, 8]]]),
      leftOut: new Map(),
    };
    const { fence: later } = rig.lead(reform) as { fence: number };
    const look = (fields: object): string => {
      const base = { facts: rig.facts, timeUs: rig.timeUs, changes: [], isChain: false };
      const moment = { ...base, ...fields } as unknown as StorageMoment;
      return leftOutServesNobody.check(moment, ghost).kind;
    };
    look({ isChain: true, node: 0 });
    const node = 5;
    rig.receive(node, client, { kind: 'read-blocks', request: 7, ...read });
    const message = { kind: 'blocks-read', request: 7, fault: null, version: 1, blocks: [] };
    const answered = { node, peer: client, message };
    expect(look(answered)).toBe('premise false');
    const write = { kind: 'write', number: 1, fence: later, sequence: 1, tail: '', blocks: [] };
    look({ node: 3, changes: [change(write as unknown as JournalRecord)] });
    expect(look(answered)).toBe('broken');
  });
});

describe('SA4 restarts forget nothing', () => {
  it('holds for what is whole, and breaks for a fragment that is gone', () => {
    const rig = new StorageRig('SA4');
    const mirror = rig.facts.servers[firstServer]!;
    const judge = (): string => {
      const moment = { facts: rig.facts, node: firstServer } as unknown as StorageMoment;
      return restartsForgetNothing.check(moment, undefined).kind;
    };
    mirror.keptCount = 1;
    expect(judge()).toBe('held');
    const marks = { version: 1, fence: 5, lastFence: 5, lastSequence: 2, blocks: 1, fault: null };
    mirror.forgotten = [{ chunk: 1, generation: 0, part: 0, promised: marks, found: null }];
    expect(judge()).toBe('broken');
  });
});

describe('SE10 answers are of the tables', () => {
  function told(inode: number): StorageRig {
    const rig = new StorageRig('SE10');
    const session = rig.furnish();
    rig.ask(session, 2, { kind: 'create', parent: 1, name: 'a', ...made });
    const query = { kind: 'lookup', parent: 1, name: 'a' } as const;
    const ask = { kind: 'ask', request: 1, session, wantsLease: false, query };
    rig.send(client, 0, ask);
    const answer = { kind: 'found', inode, attributes: null };
    const rest = { request: 1, outcome: 'done', leader: 'n1', index: rig.log.length, leaseUs: 0 };
    rig.receive(client, 0, { kind: 'answered', ...rest, answer });
    return rig;
  }

  it('holds for the inode of a name, and breaks for another or none', () => {
    const rig = told(2);
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SE10')).toBe(1);
    expect(told(3).broken).toEqual(['SE10']);
    expect(told(0).broken).toEqual(['SE10']);
  });
});

describe('SH10 chains are of use', () => {
  /** A chain is formed anew so often, with all its members. */
  function formed(times: number): StorageRig {
    const { rig, fence } = writing('SH10');
    const members = [4, 6, 8];
    rig.lead({ kind: 'commit-version', chunk: 1, fence, members });
    let last = fence;
    for (let nth = 0; nth < times; nth++) {
      const reform = { kind: 'reform-members', chunk: 1, fence: last, members } as const;
      last = (rig.lead(reform) as { fence: number }).fence;
    }
    return rig;
  }

  it('holds for a few tries, and breaks when nothing ever comes of it', () => {
    const rig = formed(3);
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SH10')).toBe(3);
    expect(formed(12).broken).toEqual(['SH10']);
  });
});

describe('SH3 sessions converge', () => {
  function atPeace(rig: StorageRig): StorageRig {
    rig.run.phase('settle', rig.timeUs);
    rig.timeUs += 200_000_000;
    rig.run.finish();
    return rig;
  }

  it('holds for one session of a client, and breaks for two of the same', () => {
    const one = new StorageRig('SH3');
    one.session();
    expect(atPeace(one).broken).toEqual([]);
    expect(one.premise('SH3')).toBe(1);
    const two = new StorageRig('SH3');
    two.session();
    two.session();
    expect(atPeace(two).broken).toEqual(['SH3']);
  });
});

describe('SC12 settled replicas are alike', () => {
  const block = { version: 1, checksum: 77, bytes: 3 };

  /** Chunk 1 with one more block on server 4, let go as in order or as by one who vanished. */
  function differing(inOrder: boolean): StorageRig {
    const { rig, session, fence } = writing('SC12');
    rig.store([4, 6, 8], name);
    rig.lead({ kind: 'commit-version', chunk: 1, fence, members: [4, 6, 8] });
    rig.facts.servers[3]!.table.byNumber.get(1)!.blocks.push(block);
    if (inOrder) rig.ask(session, 5, { kind: 'release-write', inode: 2, index: 0, fence });
    else rig.lead({ kind: 'expire-lease', chunk: 1, fence });
    return rig;
  }

  it('holds for equal replicas, and for others while they wait to be brought into line', () => {
    const rig = withChunk('SC12', 4, 6, 8);
    expect(rig.broken).toEqual([]);
    expect(rig.premise('SC12')).toBeGreaterThan(0);
    expect(differing(false).broken).toEqual([]);
  });

  it('breaks when one has what the others lack', () => {
    expect(differing(true).broken).toEqual(['SC12']);
  });
});

describe('SC13 writes are numbered', () => {
  type Writes = readonly (readonly [fence: number, sequence: number, checksum: number])[];

  function sent(writes: Writes): string {
    const ghost: Parameters<typeof writesAreNumbered.check>[1] = new Map();
    const moment = {
      node: client,
      writes: writes.map(([fence, sequence, checksum]) => {
        return { chunk: 1, fence, sequence, offset: 0, checksum };
      }),
    };
    return writesAreNumbered.check(moment as unknown as StorageMoment, ghost).kind;
  }

  it('holds for numbers without gaps, for copies however late, and from 1 under another fence', () => {
    const writes = [
      [5, 1, 11],
      [5, 2, 12],
      [5, 1, 11],
      [5, 3, 13],
      [9, 1, 14],
      [5, 2, 12],
    ] as const;
    expect(sent(writes)).toBe('held');
  });

  it.each<[string, Writes]>([
    ['a first number that is not 1', [[5, 2, 11]]],
    [
      'a gap',
      [
        [5, 1, 11],
        [5, 3, 12],
      ],
    ],
    [
      'two writes of one number',
      [
        [5, 1, 11],
        [5, 2, 12],
        [5, 1, 13],
      ],
    ],
  ])('breaks for %s', (_, writes) => {
    expect(sent(writes)).toBe('broken');
  });
});

describe('SC14 reads are clean', () => {
  const read = { ...name, firstBlock: 0, blocks: 1, index: 0, forRepair: false };
  const there = { version: 1, checksum: 77, bytes: 3 };

  /** Server 4 gives its first block, of its third write; server 8 has written so far. */
  function given(written: number, block: typeof there | null): string {
    const rig = withChunk('SC14', 4, 6, 8);
    for (const server of [4, 6, 8]) {
      const fragment = rig.facts.servers[server - 1]!.table.byNumber.get(1)!;
      fragment.lastSequence = server === 8 ? written : 3;
      fragment.blocks.push(server === 8 ? block : there);
    }
    rig.receive(3, client, { kind: 'read-blocks', request: 1, ...read });
    const blocks = [{ bytes: Uint8Array.of(1, 2, 3), version: 1, checksum: 77 }];
    const message = { kind: 'blocks-read', request: 1, fault: null, blocks };
    const moment = { facts: rig.facts, node: 3, peer: client, message, timeUs: rig.timeUs };
    return readsAreClean.check(moment as unknown as StorageMoment, undefined).kind;
  }

  it('holds for what all have, and for what another has something newer of', () => {
    expect(given(3, there)).toBe('held');
    expect(given(2, there)).toBe('held');
    expect(given(4, { ...there, checksum: 78 })).toBe('held');
  });

  it('breaks for a block that a member which works has not got', () => {
    expect(given(2, null)).toBe('broken');
  });
});
