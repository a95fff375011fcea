import { describe, expect, test } from 'vitest';
import { DiskRig, ignore } from '../../../sim/disk/disk-rig.ts';
import { diskIn } from '../../common/directory-disk.ts';
import { blockChecksum } from '../block-checksum.ts';
import { fragmentsOnDisk, type ImageFiles, noticedDamage } from './disk-image.ts';
import { FragmentFiles } from './fragment-files.ts';
import { FragmentTable } from './fragment-table.ts';
import { Journal, journalDirectory } from './journal.ts';
import type { JournalBlock, JournalRecord } from './journal-format.ts';
import { fragmentDirectory } from './sums-format.ts';

const blockBytes = 64;

/** A journal and fragment files on a simulated disk, without a server around. */
class Rig {
  readonly disk: DiskRig;
  readonly table: FragmentTable = new FragmentTable();
  readonly journal: Journal;
  readonly files: FragmentFiles;

  /** @param seed decides what a crash leaves; 0: nothing that was not synced */
  constructor(seed: number = 0) {
    this.disk = seed === 0 ? DiskRig.calm() : new DiskRig(seed);
    const { face } = this.disk.disk;
    this.journal = new Journal(
      diskIn(face, journalDirectory),
      (sequence) => sequence * 7,
      (record, index) => this.table.play(record, index),
    );
    this.files = new FragmentFiles(diskIn(face, fragmentDirectory), blockBytes);
    this.journal.begin(1, 0, this.table.checkpoint(false), [], ignore);
    this.disk.settle();
  }

  append(chunk: number, record: JournalRecord): string | null {
    let outcome: string | null = 'never';
    this.journal.append(chunk, record, (fault) => {
      outcome = fault;
    });
    this.disk.settle();
    return outcome;
  }

  flush(number: number): void {
    this.files.flush(this.table.byNumber.get(number)!, ignore);
    this.disk.settle();
    this.files.syncNames(ignore);
    this.disk.settle();
  }

  cut(): void {
    this.journal.cut(this.journal.mark(), this.table.checkpoint(false), ignore);
    this.disk.settle();
  }

  get image(): ImageFiles {
    const { disk } = this.disk;
    return {
      names: () => disk.promisedFiles(),
      bytes: (file) => disk.actualBytes(file),
    };
  }

  /** What a new life would read. */
  cached(): ReturnType<typeof fragmentsOnDisk> {
    const { disk } = this.disk;
    const bytes = (file: string): Uint8Array | undefined => {
      const images = disk.images(file);
      return images?.cached.subarray(0, images.cachedLength);
    };
    return fragmentsOnDisk({ names: () => disk.cachedFiles(), bytes }, blockBytes);
  }

  fragments(): ReturnType<typeof fragmentsOnDisk> {
    return fragmentsOnDisk(this.image, blockBytes);
  }
}

function block(chunk: number, version: number, at: number, fill: number): JournalBlock {
  const data = new Uint8Array(blockBytes).fill(fill);
  const name = { chunk, version, generation: 0, part: 0 };
  return { block: at, version, checksum: blockChecksum(name, at, data), data };
}

function put(number: number, chunk: number, ...blocks: JournalBlock[]): JournalRecord {
  const name = { number, chunk, version: 1, generation: 0, part: 0, previousVersion: 0 };
  return { kind: 'put', ...name, fence: 5, lastFence: 0, lastSequence: 0, blocks };
}

function write(number: number, sequence: number, ...blocks: JournalBlock[]): JournalRecord {
  return { kind: 'write', number, fence: 5, sequence, tail: 'n9', blocks };
}

/** Flushes and cuts, crashes after some steps, and compares what a new life would find. */
function crashWithinFlush(seed: number, stop: number, powerLoss: boolean): void {
  const rig = new Rig(seed);
  rig.append(7, put(1, 7, block(7, 1, 0, 3)));
  rig.append(7, write(1, 1, block(7, 1, 1, 5)));
  const right = rig.fragments();
  const mark = rig.journal.mark();
  rig.files.flush(rig.table.byNumber.get(1)!, () => {
    rig.files.syncNames(() => rig.journal.cut(mark, rig.table.checkpoint(false), ignore));
  });
  for (let step = 0; step < stop; step++) rig.disk.step();
  rig.disk.crash(powerLoss);
  expect(rig.cached(), `seed ${seed}, stop ${stop}, ${powerLoss}`).toEqual(right);
}

describe('what a disk says', () => {
  test('the journal alone gives back fragments, writes and versions', () => {
    const rig = new Rig();
    expect(rig.append(7, put(1, 7))).toBe(null);
    expect(rig.append(7, write(1, 1, block(7, 1, 0, 3), block(7, 1, 1, 4)))).toBe(null);
    const raised = {
      kind: 'version',
      number: 1,
      version: 2,
      previousVersion: 1,
      fence: 9,
    } as const;
    expect(rig.append(7, raised)).toBe(null);
    const [fragment, ...others] = rig.fragments();
    expect(others).toEqual([]);
    expect(fragment).toMatchObject({
      ...{ chunk: 7, version: 2, previousVersion: 1, fence: 9, intact: true },
      ...{ lastFence: 5, lastSequence: 1 },
    });
    expect(fragment!.blocks.map(({ bytes }) => bytes[0])).toEqual([3, 4]);
  });

  test('files alone do as well, once the journal is cut', () => {
    const rig = new Rig();
    rig.append(7, put(1, 7, block(7, 1, 0, 3)));
    rig.flush(1);
    rig.cut();
    rig.append(7, write(1, 1, block(7, 1, 2, 9)));
    const [fragment] = rig.fragments();
    expect(fragment!.blocks.map(({ bytes, intact }) => [bytes[0], intact])).toEqual([
      [3, true],
      [undefined, true],
      [9, true],
    ]);
  });

  test('a rotten entry makes all of its chunk bad, and nothing else', () => {
    const rig = new Rig();
    rig.append(7, put(1, 7, block(7, 1, 0, 3)));
    rig.append(8, put(2, 8, block(8, 1, 0, 4)));
    rig.flush(1);
    rig.flush(2);
    rig.cut();
    rig.append(7, write(1, 1, block(7, 1, 0, 33)));
    rig.append(8, write(2, 1, block(8, 1, 0, 44)));
    rig.append(8, write(2, 2, block(8, 1, 1, 55)));
    const file = 'journal/wal-00000001';
    const bytes = rig.disk.disk.actualBytes(file)!;
    rig.disk.disk.flipBit(file, bytes.indexOf(33) + 5, 2);
    const found = rig.fragments();
    expect(found.map(({ chunk, quarantined }) => [chunk, quarantined])).toEqual([
      [7, true],
      [8, false],
    ]);
    expect(found[1]!.blocks.map((one) => one.bytes[0])).toEqual([44, 55]);
  });

  test('every noticed bit that flips leaves each fragment right, or not intact', () => {
    const rig = new Rig();
    rig.append(7, put(1, 7, block(7, 1, 0, 3)));
    rig.append(8, put(2, 8, block(8, 1, 0, 4)));
    rig.flush(1);
    rig.cut();
    rig.append(7, write(1, 1, block(7, 1, 1, 5)));
    rig.append(8, write(2, 1, block(8, 1, 1, 6)));
    const { disk } = rig.disk;
    const right = rig.fragments();
    let flips = 0;
    for (const file of disk.promisedFiles()) {
      const range = noticedDamage(file, disk.promisedBytes(file)!);
      if (range === undefined) continue;
      for (let at = range.from; at < range.to; at++) {
        disk.flipBit(file, at, at & 7);
        const found = rig.fragments();
        for (const fragment of right) {
          const same = found.find(({ chunk }) => chunk === fragment.chunk);
          if (same?.intact) expect(same, `${file} ${at}`).toEqual(fragment);
        }
        for (const { intact, chunk } of found) {
          if (intact) expect([7, 8], `${file} ${at}`).toContain(chunk);
        }
        disk.flipBit(file, at, at & 7);
        flips++;
      }
    }
    expect(flips).toBeGreaterThan(500);
    expect(rig.fragments()).toEqual(right);
  });

  test('checksums are bound to chunk, version, generation, part and block', () => {
    const name = { chunk: 7, version: 1, generation: 2, part: 3 };
    const data = new Uint8Array(blockBytes).fill(8);
    const right = blockChecksum(name, 4, data);
    expect(blockChecksum({ ...name, chunk: 8 }, 4, data)).not.toBe(right);
    expect(blockChecksum({ ...name, version: 2 }, 4, data)).not.toBe(right);
    expect(blockChecksum({ ...name, generation: 3 }, 4, data)).not.toBe(right);
    expect(blockChecksum({ ...name, part: 4 }, 4, data)).not.toBe(right);
    expect(blockChecksum(name, 5, data)).not.toBe(right);
  });

  test('a crash at any step of a flush and a cut loses nothing', () => {
    for (let seed = 0; seed < 20; seed++) {
      for (let stop = 0; stop < 24; stop++) {
        for (const powerLoss of [false, true]) crashWithinFlush(seed, stop, powerLoss);
      }
    }
  });
});
