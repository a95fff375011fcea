import { describe, expect, test } from 'vitest';
import { DiskRig, ignore } from '../../../sim/disk/disk-rig.ts';
import { type Disk, type DiskDone, DiskError } from '../../../sim/disk-contract.ts';
import { diskIn } from '../../common/directory-disk.ts';
import { blockChecksum } from '../block-checksum.ts';
import { Checkpoints } from './checkpoints.ts';
import { fragmentsOnDisk } from './disk-image.ts';
import { FragmentFiles } from './fragment-files.ts';
import { FragmentTable } from './fragment-table.ts';
import { Journal, journalDirectory } from './journal.ts';
import type { JournalRecord } from './journal-format.ts';
import { fragmentDirectory } from './sums-format.ts';

const blockBytes = 64;

/** A server's files and the work of its checkpoints, on a disk on which removing may fail. */
class Rig {
  readonly disk: DiskRig = DiskRig.calm();
  readonly table: FragmentTable = new FragmentTable();
  readonly journal: Journal;
  readonly checkpoints: Checkpoints;
  readonly logged: string[] = [];
  /** Part of the names of files that cannot be removed; undefined: all can. */
  stuck: string | undefined;
  private timer: () => void = ignore;

  constructor() {
    const { face } = this.disk.disk;
    const remove = (file: string, done: DiskDone): void => {
      if (this.stuck === undefined || !file.includes(this.stuck)) face.remove(file, done);
      else done(new DiskError('EIO', 'remove', file));
    };
    const disk = { ...methodsOf(face), remove } as unknown as Disk;
    this.journal = new Journal(
      diskIn(disk, journalDirectory),
      (sequence) => sequence * 7,
      (record, index) => this.table.play(record, index),
    );
    const timers = {
      set: (_name: string, _us: number, run: () => void) => {
        this.timer = run;
      },
    };
    const log = (text: string, { operation }: { operation: string }): void => {
      this.logged.push(`${text}: ${operation}`);
    };
    const files = new FragmentFiles(diskIn(disk, fragmentDirectory), blockBytes);
    const { journal, table } = this;
    const core = { env: { timers, log }, files, journal, table, owesFloor: false };
    this.checkpoints = new Checkpoints(
      core as unknown as ConstructorParameters<typeof Checkpoints>[0],
    );
    this.journal.begin(1, 0, this.table.checkpoint(false), [], ignore);
    this.disk.settle();
    this.checkpoints.start();
  }

  append(record: JournalRecord): void {
    this.journal.append(7, record, ignore);
    this.disk.settle();
  }

  /** The interval is over. */
  checkpoint(): void {
    this.timer();
    this.disk.settle();
  }

  /** The chunks that a new life would find. */
  found(): readonly number[] {
    const { disk } = this.disk;
    const bytes = (file: string): Uint8Array | undefined => {
      const images = disk.images(file);
      return images?.cached.subarray(0, images.cachedLength);
    };
    const names = (): readonly string[] => disk.cachedFiles();
    return fragmentsOnDisk({ names, bytes }, blockBytes).map(({ chunk }) => chunk);
  }
}

function methodsOf(disk: Disk): Record<string, unknown> {
  const names = [
    'read',
    'write',
    'writeAt',
    'append',
    'truncate',
    'sync',
    'rename',
    'list',
  ] as const;
  const bound = [...names, 'syncDirectory' as const].map((name) => [
    name,
    (disk[name] as (...given: unknown[]) => unknown).bind(disk),
  ]);
  return Object.fromEntries(bound) as Record<string, unknown>;
}

const name = { chunk: 7, version: 1, generation: 0, part: 0 };
const data = new Uint8Array(blockBytes).fill(3);
const put: JournalRecord = {
  kind: 'put',
  ...{ ...name, number: 1, previousVersion: 0, fence: 5, lastFence: 0, lastSequence: 0 },
  blocks: [{ block: 0, version: 1, checksum: blockChecksum(name, 0, data), data }],
};

describe('a checkpoint', () => {
  test('cuts no journal while files of what was erased could not be removed', () => {
    for (const stuck of ['.sums', '.data']) {
      const rig = new Rig();
      rig.append(put);
      rig.checkpoint();
      expect(rig.found()).toEqual([7]);
      const erased = rig.table.byNumber.get(1)!;
      rig.append({ kind: 'erase', number: 1 });
      rig.checkpoints.erase(erased);
      const before = rig.journal.checkpointIndex;
      rig.stuck = stuck;
      for (let tries = 0; tries < 3; tries++) rig.checkpoint();
      // The journal still says that it is erased, so no life finds it again.
      expect(rig.journal.checkpointIndex).toBe(before);
      expect(rig.logged).toEqual(Array.from({ length: 3 }, () => 'checkpoint failed: remove'));
      expect(rig.found()).toEqual([]);
      rig.stuck = undefined;
      rig.checkpoint();
      expect(rig.journal.checkpointIndex).toBeGreaterThan(before);
      expect(rig.found()).toEqual([]);
      const left = rig.disk.disk.cachedFiles().filter((file) => file.includes(fragmentDirectory));
      expect(left).toEqual([]);
    }
  });
});
