import type { FragmentName } from '../block-checksum.ts';
import type { Fragment } from './fragment.ts';
import type { Checkpoint, ChunkFences, JournalRecord } from './journal-format.ts';
import { applyToFragment, putFragment } from './play.ts';

/** Chunks whose erased fences are remembered one by one. Beyond this many the oldest raise the floor. */
const mostErased = 256;

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
  /** Fragments in quarantine. */
  readonly bad: Set<Fragment> = new Set();
  /** Chunks of which something was erased, that erased last at the end. */
  private readonly erased: Set<ChunkHere> = new Set();

  chunk(chunk: number): ChunkHere {
    let here = this.chunks.get(chunk);
    if (here === undefined) {
      here = { chunk, fence: 0, erasedFence: 0, fragments: [] };
      this.chunks.set(chunk, here);
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
    here.fragments.push(fragment);
    here.fence = Math.max(here.fence, fragment.fence);
    this.byNumber.set(fragment.number, fragment);
    this.usedBytes += fragment.bytes;
    if (fragment.fault !== null) this.bad.add(fragment);
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
    this.bad.delete(fragment);
    this.usedBytes -= fragment.bytes;
    this.erased.delete(here);
    this.erased.add(here);
    if (this.erased.size > mostErased) this.forgetErased();
  }

  /** The older half of what was erased goes into one fence that holds for all chunks. */
  private forgetErased(): void {
    for (const here of this.erased) {
      if (this.erased.size <= mostErased / 2) return;
      this.erased.delete(here);
      this.floor = Math.max(this.floor, here.erasedFence);
      here.erasedFence = 0;
      if (here.fragments.length > 0) continue;
      this.floor = Math.max(this.floor, here.fence);
      this.chunks.delete(here.chunk);
    }
  }

  /** Takes a fragment out of use. */
  setBad(fragment: Fragment): void {
    fragment.fault ??= 'bad';
    this.bad.add(fragment);
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
    const { bytes } = fragment;
    applyToFragment(fragment, record);
    fragment.index = index;
    this.usedBytes += fragment.bytes - bytes;
    if (fragment.fault === null) this.bad.delete(fragment);
    else this.bad.add(fragment);
    const here = this.chunk(fragment.chunk);
    here.fence = Math.max(here.fence, fragment.fence);
    this.dirty.add(fragment);
  }

  /** Fences that no fragment's file remembers. */
  checkpoint(owesFloor: boolean): Checkpoint {
    const fences: ChunkFences[] = [];
    for (const { chunk, fence, erasedFence } of this.erased) {
      fences.push({ chunk, fence, erasedFence });
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
      this.erased.add(here);
    }
  }
}
