import type { FragmentName } from '../block-checksum.ts';
import type { Fragment } from './fragment.ts';
import type { Checkpoint, ChunkFences, JournalRecord } from './journal-format.ts';
import { applyToFragment, putFragment } from './play.ts';

/** Chunks of which only a fence is remembered. Beyond this many the oldest raise the floor. */
const mostEmptyChunks = 4_096;

/** Everything of one chunk on this server. */
export interface ChunkHere {
  readonly chunk: number;
  /** See `ChunkFences`. */
  fence: number;
  erasedFence: number;
  readonly fragments: Fragment[];
}

/** All fragments of a server: what journal and files say together. */
export class FragmentTable {
  readonly chunks: Map<number, ChunkHere> = new Map();
  readonly byNumber: Map<number, Fragment> = new Map();
  /** Fragments whose files lack something. */
  readonly dirty: Set<Fragment> = new Set();
  nextNumber = 1;
  /** Fences up to this one make nothing: what was promised under them may be forgotten. */
  floor = 0;
  usedBytes = 0;
  quarantined = 0;
  private emptyChunks = 0;

  chunk(chunk: number): ChunkHere {
    let here = this.chunks.get(chunk);
    if (here === undefined) {
      here = { chunk, fence: 0, erasedFence: 0, fragments: [] };
      this.chunks.set(chunk, here);
      this.emptyChunks++;
    }
    return here;
  }

  find({ chunk, version, generation, part }: FragmentName): Fragment | undefined {
    const here = this.chunks.get(chunk);
    return here?.fragments.find(
      (one) => one.version === version && one.generation === generation && one.part === part,
    );
  }

  /** The same, also when it has a newer version beside that one. */
  findStill(name: FragmentName): Fragment | undefined {
    const here = this.chunks.get(name.chunk);
    const { version, generation, part } = name;
    return (
      this.find(name) ??
      here?.fragments.find(
        (one) => one.isStill(version) && one.generation === generation && one.part === part,
      )
    );
  }

  add(fragment: Fragment): void {
    const here = this.chunk(fragment.chunk);
    if (here.fragments.length === 0) this.emptyChunks--;
    here.fragments.push(fragment);
    here.fence = Math.max(here.fence, fragment.fence);
    this.byNumber.set(fragment.number, fragment);
    this.usedBytes += fragment.bytes;
    if (fragment.fault !== null) this.quarantined++;
    if (fragment.number >= this.nextNumber) this.nextNumber = fragment.number + 1;
  }

  remove(fragment: Fragment): void {
    const here = this.chunk(fragment.chunk);
    const at = here.fragments.indexOf(fragment);
    if (at < 0) return;
    here.fragments.splice(at, 1);
    here.erasedFence = Math.max(here.erasedFence, fragment.fence);
    this.byNumber.delete(fragment.number);
    this.dirty.delete(fragment);
    this.usedBytes -= fragment.bytes;
    if (fragment.fault !== null) this.quarantined--;
    if (here.fragments.length > 0) return;
    // The last one to become empty goes last.
    this.chunks.delete(here.chunk);
    this.chunks.set(here.chunk, here);
    this.emptyChunks++;
    if (this.emptyChunks > mostEmptyChunks) this.forgetEmpty();
  }

  /** Half of the fences that nothing here needs go into one that holds for all chunks. */
  private forgetEmpty(): void {
    for (const [chunk, here] of this.chunks) {
      if (this.emptyChunks <= mostEmptyChunks / 2) return;
      if (here.fragments.length > 0) continue;
      this.floor = Math.max(this.floor, here.fence);
      this.chunks.delete(chunk);
      this.emptyChunks--;
    }
  }

  /** Takes in what an entry of the journal says. */
  play(record: JournalRecord, index: number): void {
    if (record.kind === 'floor') {
      this.floor = Math.max(this.floor, record.fence);
      return;
    }
    let fragment = this.byNumber.get(record.number);
    if (record.kind === 'put') {
      if (fragment === undefined) {
        fragment = putFragment(record);
        this.add(fragment);
      }
    }
    if (fragment === undefined) return;
    if (record.kind === 'erase') {
      this.remove(fragment);
      return;
    }
    if (fragment.index >= index) return;
    const [bytes, fault] = [fragment.bytes, fragment.fault];
    applyToFragment(fragment, record);
    fragment.index = index;
    this.usedBytes += fragment.bytes - bytes;
    if (fragment.fault !== null && fault === null) this.quarantined++;
    if (fragment.fault === null && fault !== null) this.quarantined--;
    const here = this.chunk(fragment.chunk);
    here.fence = Math.max(here.fence, fragment.fence);
    this.dirty.add(fragment);
  }

  /** Fences that no fragment's file remembers. */
  checkpoint(owesFloor: boolean): Checkpoint {
    const fences: ChunkFences[] = [];
    for (const { chunk, fence, erasedFence, fragments } of this.chunks.values()) {
      const kept = fragments.reduce((most, one) => Math.max(most, one.fence), 0);
      if (fence > kept || erasedFence > 0) fences.push({ chunk, fence, erasedFence });
    }
    return {
      nextNumber: this.nextNumber,
      floor: this.floor,
      owesFloor: owesFloor ? 1 : 0,
      fences,
    };
  }

  restore({ nextNumber, floor, fences }: Checkpoint): void {
    this.nextNumber = Math.max(this.nextNumber, nextNumber);
    this.floor = Math.max(this.floor, floor);
    for (const { chunk, fence, erasedFence } of fences) {
      const here = this.chunk(chunk);
      here.fence = Math.max(here.fence, fence);
      here.erasedFence = Math.max(here.erasedFence, erasedFence);
    }
  }
}
