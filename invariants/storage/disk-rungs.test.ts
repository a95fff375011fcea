import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/index.ts';
import { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import type { JournalRecord } from '../../src/systems/storage/chunkserver/journal-format.ts';
import { ReedSolomon } from '../../src/systems/storage/erasure/reed-solomon.ts';
import { erasedByPlan, noVoluntaryLoss } from './erasures.ts';
import { fencesRise } from './fragment-rungs.ts';
import type { StorageMoment } from './moment.ts';
import type { FragmentChange } from './server-mirror.ts';
import { slowParity } from './slow-code.ts';
import { StorageRig } from './test-kit.ts';

const name = { chunk: 1, version: 1, generation: 0, part: 0 };

function change(record: JournalRecord, before: Partial<FragmentChange> = {}): FragmentChange {
  return {
    record,
    fragment: new Fragment(1, name),
    versionBefore: 1,
    previousBefore: 0,
    fenceBefore: 5,
    chunkFenceBefore: 5,
    lastFenceBefore: 5,
    lastSequenceBefore: 2,
    ...before,
  };
}

/** What a rung says of changes on server 4, at a rig with chunk 1 on servers 4, 6 and 8. */
function judge(
  rung: { check(moment: StorageMoment, ghost: undefined): Outcome },
  changes: FragmentChange[],
  rig: StorageRig = new StorageRig(),
): string {
  const moment = { facts: rig.facts, node: 3, changes } as unknown as StorageMoment;
  return rung.check(moment, undefined).kind;
}

/** A chunk of three replicas, committed and let go, whose copies are in the mirrors' tables. */
function withChunk(): StorageRig {
  const rig = new StorageRig();
  const session = rig.furnish();
  const made = { mode: 0, uid: 0, gid: 0, exclusive: true };
  rig.ask(session, 2, { kind: 'create', parent: 1, name: 'a', ...made });
  rig.ask(session, 3, { kind: 'open', inode: 2 });
  const members = [4, 6, 8];
  const reply = rig.ask(session, 4, { kind: 'grant-write', inode: 2, index: 0, members });
  const { fence } = reply as { fence: number };
  rig.store(members, name);
  rig.lead({ kind: 'commit-version', chunk: 1, fence, members });
  rig.ask(session, 5, { kind: 'release-write', inode: 2, index: 0, fence });
  return rig;
}

describe('SC3 fences are kept', () => {
  const write = { kind: 'write', number: 1, fence: 5, sequence: 3, tail: '', blocks: [] } as const;

  it('holds for the next write under the fence', () => {
    expect(judge(fencesRise, [change(write)])).toBe('held');
    const first = { ...write, fence: 6, sequence: 1 };
    const raised = { fenceBefore: 6, chunkFenceBefore: 6 };
    expect(judge(fencesRise, [change(first, raised)])).toBe('held');
  });

  it('breaks for an old fence, and for a number out of order', () => {
    expect(judge(fencesRise, [change({ ...write, fence: 4 })])).toBe('broken');
    expect(judge(fencesRise, [change({ ...write, sequence: 4 })])).toBe('broken');
  });

  it('breaks when a version or a fence falls', () => {
    const version = { kind: 'version', number: 1, version: 2, previousVersion: 1 } as const;
    expect(judge(fencesRise, [change({ ...version, fence: 6 })])).toBe('held');
    expect(judge(fencesRise, [change({ ...version, fence: 4 })])).toBe('broken');
    const fallen = change({ ...version, fence: 6 }, { versionBefore: 3 });
    expect(judge(fencesRise, [fallen])).toBe('broken');
  });
});

describe('SG4 erased by plan', () => {
  const erase = change({ kind: 'erase', number: 1 });

  it('breaks when metadata mean the fragment, or nobody planned it', () => {
    expect(judge(erasedByPlan, [erase], withChunk())).toBe('broken');
    expect(judge(erasedByPlan, [erase])).toBe('broken');
  });

  it('holds by a plan whose grace is over, and not before', () => {
    const rig = withChunk();
    rig.lead({ kind: 'drop-member', ...name, position: 0, server: 4 });
    expect(judge(erasedByPlan, [erase], rig)).toBe('broken');
    rig.wallUs += 10_000_000;
    rig.lead({ kind: 'tick' });
    expect(judge(erasedByPlan, [erase], rig)).toBe('held');
  });
});

describe('SF2 no voluntary loss', () => {
  const erase = change({ kind: 'erase', number: 1 });

  it('holds while others have the chunk', () => {
    expect(judge(noVoluntaryLoss, [erase], withChunk())).toBe('held');
  });

  it('breaks with the last that is intact', () => {
    const rig = withChunk();
    for (const server of [4, 6, 8])
      rig.facts.servers[server - 1]!.table.byNumber.get(1)!.fault = 'bad';
    expect(judge(noVoluntaryLoss, [erase], rig)).toBe('broken');
  });
});

describe('SD2 enough is intact', () => {
  it('holds when a commit names those that have the version, and breaks when none has', () => {
    expect(withChunk().broken).toEqual([]);
    const rig = withChunk();
    for (const server of [4, 6, 8]) {
      const { table } = rig.facts.servers[server - 1]!;
      table.remove(table.byNumber.get(1)!);
    }
    rig.lead({ kind: 'drop-member', ...name, position: 0, server: 4 });
    expect(rig.broken).toEqual(['SD2']);
  });
});

it('the slow code makes the parity of the fast one', () => {
  for (const [data, parity] of [
    [4, 2],
    [8, 3],
    [8, 4],
    [16, 4],
  ] as const) {
    const parts = Array.from({ length: data }, (_, part) =>
      Uint8Array.from({ length: 16 }, (_unused, at) => (31 * part + 7 * at * at + at) & 0xff),
    );
    expect(slowParity(parts, parity)).toEqual(new ReedSolomon(data, parity).encode(parts));
  }
});
