import type { Disk, DiskError } from '../../../sim/disk-contract.ts';
import { blockChecksum } from '../block-checksum.ts';
import type { Block } from '../messages/fragment.ts';
import type { Fragment } from './fragment.ts';
import { encodeSums, fragmentFileName } from './sums-format.ts';

const noBytes: Uint8Array = new Uint8Array(0);
/** A block that was never written. */
export const emptyBlock: Block = { bytes: noBytes, version: 0, checksum: 0 };

/** `bad`: a block does not match its checksum. */
export type BlocksDone = (fault: 'bad' | 'disk-error' | null, blocks: readonly Block[]) => void;

/** The data and checksum files of all fragments. */
export class FragmentFiles {
  private readonly disk: Disk;
  private readonly blockBytes: number;

  /** @param disk the directory of fragments */
  constructor(disk: Disk, blockBytes: number) {
    this.disk = disk;
    this.blockBytes = blockBytes;
  }

  /**
   * Gives the blocks from `firstBlock` to `endBlock` as they are when the disk has answered, checked.
   * Their bytes are views of what the disk or the writer gave. The disk is asked for all of them: one
   * that is only in memory now may be on the disk alone when it answers.
   */
  read(fragment: Fragment, firstBlock: number, endBlock: number, done: BlocksDone): void {
    if (!this.needsDisk(fragment, firstBlock, endBlock)) {
      this.give(fragment, noBytes, firstBlock, endBlock, done);
      return;
    }
    const at = firstBlock * this.blockBytes;
    const wanted = Math.min(endBlock, fragment.blocks.length) * this.blockBytes - at;
    this.disk.readAt(fragmentFileName(fragment, 'data'), at, wanted, (error, bytes) => {
      if (error !== null) {
        done('disk-error', []);
        return;
      }
      fragment.failedCycles = 0;
      this.give(fragment, bytes ?? noBytes, firstBlock, endBlock, done);
    });
  }

  private needsDisk({ blocks, fresh }: Fragment, firstBlock: number, endBlock: number): boolean {
    const end = Math.min(endBlock, blocks.length);
    for (let block = firstBlock; block < end; block++) {
      if (blocks[block] !== null && !fresh.has(block)) return true;
    }
    return false;
  }

  private give(
    fragment: Fragment,
    file: Uint8Array,
    firstBlock: number,
    endBlock: number,
    done: BlocksDone,
  ): void {
    const given: Block[] = [];
    for (let block = firstBlock; block < endBlock; block++) {
      const record = fragment.blocks[block] ?? null;
      if (record === null) {
        given.push(emptyBlock);
        continue;
      }
      const { version, checksum } = record;
      const at = (block - firstBlock) * this.blockBytes;
      const bytes = fragment.fresh.get(block) ?? file.subarray(at, at + record.bytes);
      if (!isSound(fragment, block, bytes, version, checksum) || bytes.length !== record.bytes) {
        done('bad', []);
        return;
      }
      given.push({ bytes, version, checksum });
    }
    done(null, given);
  }

  /**
   * Brings the files up to what is in memory: data, synced, name and all, as checksums without data
   * would be damage; then checksums under another name, synced and renamed. That name is durable after a
   * sync of the directory. What is written in place is in the journal as well, so a crash in between
   * loses nothing.
   */
  flush(fragment: Fragment, done: (error: DiskError | null) => void): void {
    const sums = encodeSums(fragment);
    const fresh = [...fragment.fresh];
    const { index } = fragment;
    const finish = (error: DiskError | null): void => {
      if (error === null) {
        fragment.flushedIndex = index;
        for (const [block, bytes] of fresh) {
          if (fragment.fresh.get(block) === bytes) fragment.fresh.delete(block);
        }
      }
      done(error);
    };
    this.writeData(fragment, fresh, (error) => {
      if (error !== null) finish(error);
      else this.writeSums(fragment, sums, finish);
    });
  }

  private writeData(
    fragment: Fragment,
    fresh: readonly (readonly [number, Uint8Array])[],
    done: (error: DiskError | null) => void,
  ): void {
    if (fresh.length === 0) {
      done(null);
      return;
    }
    const name = fragmentFileName(fragment, 'data');
    let first: DiskError | null = null;
    for (const [block, bytes] of fresh) {
      this.disk.writeAt(name, block * this.blockBytes, bytes, (error) => {
        first ??= error;
      });
    }
    // Operations on one file are done in order, so that all writes have ended before this one.
    this.disk.sync(name, (error) => {
      const trouble = first ?? error;
      if (trouble !== null || fragment.isNamed) done(trouble);
      else {
        this.syncNames((failed) => {
          if (failed === null) fragment.isNamed = true;
          done(failed);
        });
      }
    });
  }

  private writeSums(
    fragment: Fragment,
    sums: Uint8Array,
    done: (error: DiskError | null) => void,
  ): void {
    const { disk } = this;
    const fresh = fragmentFileName(fragment, 'new');
    disk.write(fresh, sums, (error) => {
      if (error !== null) done(error);
      else {
        disk.sync(fresh, (failed) => {
          if (failed !== null) done(failed);
          else disk.rename(fresh, fragmentFileName(fragment, 'sums'), done);
        });
      }
    });
  }

  /** Makes the names of all files that were flushed or removed durable. */
  syncNames(done: (error: DiskError | null) => void): void {
    this.disk.syncDirectory('', done);
  }

  /** The checksum file as it is on the disk. */
  readSums(
    fragment: Fragment,
    done: (error: DiskError | null, bytes: Uint8Array | undefined) => void,
  ): void {
    this.disk.read(fragmentFileName(fragment, 'sums'), done);
  }

  /** Removes the files of fragments; only once their erasure is durable in the journal. */
  removeAll(fragments: readonly Fragment[], done: (error: DiskError | null) => void): void {
    const names: string[] = [];
    for (const fragment of fragments) {
      for (const kind of ['new', 'sums', 'data'] as const) {
        names.push(fragmentFileName(fragment, kind));
      }
    }
    this.removeFiles(names, done);
  }

  /** Removes files of the directory, if they are there. Tries all, and tells of the first that failed. */
  removeFiles(names: readonly string[], done: (error: DiskError | null) => void): void {
    let left = names.length;
    let first: DiskError | null = null;
    if (left === 0) done(null);
    for (const name of names) {
      this.disk.remove(name, (error) => {
        first ??= error;
        left--;
        if (left === 0) done(first);
      });
    }
  }
}

/** Whether these are the bytes of that block. */
export function isSound(
  fragment: Fragment,
  block: number,
  bytes: Uint8Array,
  version: number,
  checksum: number,
): boolean {
  const { chunk, generation, part } = fragment;
  return blockChecksum({ chunk, version, generation, part }, block, bytes) === checksum;
}
