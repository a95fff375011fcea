import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/index.ts';
import { Fragment } from '../../src/systems/storage/chunkserver/fragment.ts';
import type { JournalRecord } from '../../src/systems/storage/chunkserver/journal-format.ts';
import { sharedKeepTheirCode } from './chunks.ts';
import { storageFacts } from './facts.ts';
import { forgottenIsRefused, noMemberBeginsAnew } from './forgotten.ts';
import type { LeaderReader, StorageMoment } from './moment.ts';
import { missingBeforeMoving } from './recovery-pace.ts';
import { lostIsNotOlder, soundStaysSound } from './restarts.ts';
import type { FragmentChange } from './server-mirror.ts';
import { firstServer, StorageRig, writing } from './test-kit.ts';

const name = { chunk: 1, version: 1, generation: 0, part: 0 };

interface Judging<Ghost> {
  readonly id: string;
  check(moment: StorageMoment, ghost: Ghost): Outcome;
}

/** What a rung says of server 4; where it is broken, a story must have words for it. */
function said<Ghost>(
  rung: Judging<Ghost>,
  rig: StorageRig,
  moment: Partial<StorageMoment>,
  ghost: Ghost,
): string {
  const base = { facts: rig.facts, node: firstServer, timeUs: rig.timeUs, changes: [] };
  const outcome = rung.check({ ...base, ...moment } as unknown as StorageMoment, ghost);
  if (outcome.kind === 'broken') {
    const words = storageFacts[rung.id]!({ nodes: ['n4'], values: outcome.values } as never);
    expect(words.join(' ')).not.toMatch(/undefined|NaN|\[object/);
    expect(words.length).toBeGreaterThan(1);
  }
  return outcome.kind;
}

function change(record: JournalRecord): FragmentChange {
  const fragment = new Fragment(1, name);
  if (record.kind === 'put') fragment.fence = record.fence;
  const before = { versionBefore: 0, previousBefore: 0, fenceBefore: 0, chunkFenceBefore: 0 };
  return { record, fragment, ...before, lastFenceBefore: 0, lastSequenceBefore: 0 };
}

function put(fence: number, blocks: readonly { data: Uint8Array }[] = []): JournalRecord {
  const marks = { previousVersion: 0, lastFence: 0, lastSequence: 0 };
  const some = blocks.map(({ data }) => ({ block: 0, version: 1, checksum: 0, data }));
  return { kind: 'put', number: 1, ...name, ...marks, fence, blocks: some };
}

/** Chunk 1 on servers 4, 6 and 8, let go; and what it takes to go on. */
function withChunk() {
  const { rig, session, fence } = writing();
  const members = [4, 6, 8];
  rig.store(members, name);
  rig.lead({ kind: 'commit-version', chunk: 1, fence, members });
  rig.ask(session, 5, { kind: 'release-write', inode: 2, index: 0, fence });
  return { rig, session };
}

/** The rung was not concerned. */
const nothing = 'premise false';

const marks = { version: 2, fence: 5, lastFence: 5, lastSequence: 2, blocks: 1, fault: null };

describe('after damage', () => {
  const promised = { chunk: 1, generation: 0, part: 0, promised: marks };

  /** A rig whose server 4 has a damaged disk, or not. */
  function rigWith(isDamaged: boolean): StorageRig {
    const rig = new StorageRig();
    (rig.facts.world as { damaged(node: number): boolean }).damaged = () => isDamaged;
    rig.facts.servers[firstServer]!.keptCount = 1;
    return rig;
  }

  it('SA5 holds for what is bad or gone, and breaks for what is in service as it was before', () => {
    const rig = rigWith(true);
    const mirror = rig.facts.servers[firstServer]!;
    const older = { ...marks, lastSequence: 1 };
    mirror.forgotten = [
      { ...promised, found: null },
      { ...promised, found: { ...older, fault: 'bad' } },
    ];
    expect(said(lostIsNotOlder, rig, {}, undefined)).toBe('held');
    mirror.forgotten = [{ ...promised, found: older }];
    expect(said(lostIsNotOlder, rig, {}, undefined)).toBe('broken');
  });

  it('SA6 breaks for a fragment that is found bad on a disk that has lost nothing', () => {
    const changes = [change({ kind: 'bad', number: 1, fault: 'bad' })];
    expect(said(soundStaysSound, rigWith(true), { changes }, undefined)).not.toBe('broken');
    expect(said(soundStaysSound, rigWith(false), { changes }, undefined)).toBe('broken');
    expect(said(soundStaysSound, rigWith(false), { changes: [change(put(5))] }, undefined)).toBe(
      'held',
    );
  });
});

describe('SC9 what is forgotten is refused', () => {
  const answer = { kind: 'version-set', ...name, fence: 9, fault: null };

  function ghostOf(): Parameters<typeof forgottenIsRefused.check>[1] {
    return new Map();
  }

  it('breaks for an order taken after a loss without a floor, and holds with one', () => {
    const [rig, ghost] = [new StorageRig(), ghostOf()];
    const order = { message: answer as never };
    expect(said(forgottenIsRefused, rig, { changes: [change(put(7))] }, ghost)).toBe('held');
    expect(said(forgottenIsRefused, rig, order, ghost)).toBe(nothing);
    rig.facts.servers[firstServer]!.wiped(5_000);
    said(forgottenIsRefused, rig, {}, ghost);
    expect(said(forgottenIsRefused, rig, order, ghost)).toBe('broken');
    rig.facts.servers[firstServer]!.table.floor = 7;
    expect(said(forgottenIsRefused, rig, order, ghost)).toBe('held');
  });

  it('breaks for what is made under a fence under which something was erased', () => {
    const rig = new StorageRig();
    rig.facts.servers[firstServer]!.table.chunk(1).erasedFence = 7;
    expect(said(forgottenIsRefused, rig, { changes: [change(put(8))] }, ghostOf())).toBe('held');
    expect(said(forgottenIsRefused, rig, { changes: [change(put(7))] }, ghostOf())).toBe('broken');
    // A repair has no fence of its own.
    expect(said(forgottenIsRefused, rig, { changes: [change(put(0))] }, ghostOf())).toBe(nothing);
  });
});

describe('SC10 no member begins anew', () => {
  it('breaks for an empty replica on a member, and not elsewhere or with content', () => {
    const { rig } = withChunk();
    const empty = { changes: [change(put(9))] };
    expect(said(noMemberBeginsAnew, rig, empty, undefined)).toBe('broken');
    expect(said(noMemberBeginsAnew, rig, { ...empty, node: firstServer + 1 }, undefined)).toBe(
      nothing,
    );
    const full = { changes: [change(put(9, [{ data: Uint8Array.of(1) }]))] };
    expect(said(noMemberBeginsAnew, rig, full, undefined)).toBe('held');
  });
});

describe('SC11 what is shared keeps its code', () => {
  /** What is said of a change of code that begins, with so many references at all times. */
  function begins(references: number): string {
    const { rig } = withChunk();
    const ghost: Parameters<typeof sharedKeepTheirCode.check>[1] = new Map([[1, references]]);
    const { version } = rig.facts.oracle.state.chunks.get(1)!;
    const members = [5, 7, 9];
    const reply = rig.lead({ kind: 'convert-begin', chunk: 1, version, classId: 2, members });
    expect(reply.kind).toBe('conversion');
    (rig.facts.oracle.state.chunks.get(1) as { references: number }).references = references;
    return said(sharedKeepTheirCode, rig, {}, ghost);
  }

  it('holds for a chunk of one file, and breaks for one that several share', () => {
    expect(begins(1)).toBe('held');
    expect(begins(2)).toBe('broken');
  });
});

describe('SF9 what is missing comes first', () => {
  it('breaks for a part that is moved while another one is on no server', () => {
    const { rig } = withChunk();
    const news = { dead: false, deadSinceUs: 0, ready: true, freeBytes: 9_000 };
    const leader: LeaderReader = {
      lead: { indexes: { lacking: new Set(), chunksOf: new Map() } },
      servers: { all: new Map([4, 5, 6, 7, 8, 9].map((server) => [server, news])) },
      bad: { isBad: () => false },
    };
    const state = () => ({ state: rig.facts.oracle.state }) as never;
    const move = (position: number): string => {
      const moves = [{ term: 1, index: 1, chunk: 1, position, to: 5 }];
      return said(missingBeforeMoving, rig, { leader, metadata: state(), moves }, undefined);
    };
    expect(move(1)).toBe('held');
    rig.lead({ kind: 'drop-member', ...name, position: 0, server: 4 });
    expect(move(0)).toBe(nothing);
    expect(move(1)).toBe('broken');
  });
});
