import type { FileImages } from '../world-view.ts';
import { copiedBytes, zeroedBytes } from './byte-arena.ts';
import { Extents } from './extents.ts';

/**
 * One file of a simulated disk, whatever its names are.
 *
 * `actual` is what a power loss leaves at least. Promised and actual bytes are one array until the
 * disk breaks a promise: outside `damage` they are always equal, since what a power loss lawfully
 * left is the new base of all promises.
 */
export class StoredFile implements FileImages {
  cached: Uint8Array = new Uint8Array(64);
  cachedLength = 0;
  actualImage: Uint8Array = new Uint8Array(64);
  actualSize = 0;
  promisedImage: Uint8Array = this.actualImage;
  promisedSize = 0;
  /** Bytes of the cache that no sync has covered. */
  readonly dirty: Extents = new Extents();
  /** Least length since the last sync: bytes beyond it may have left the file for good. */
  lowWater = 0;
  /** Where the actual bytes are not what was promised. */
  readonly damage: Extents = new Extents();
  /** The promised length was not kept. */
  lengthDamaged = false;
  /** Writes that the device acknowledges and never makes; undefined when there are none. */
  phantom: Extents | undefined;
  /** Writes that go elsewhere: `from, to, target` each; undefined when there are none. */
  misdirected: number[] | undefined;
  /** How many names the promised and the actual directory have for it: 0 or 1. */
  promisedNames = 0;
  actualNames = 0;

  get promised(): Uint8Array | undefined {
    return this.promisedNames > 0 ? this.promisedImage : undefined;
  }

  get promisedLength(): number {
    return this.promisedNames > 0 ? this.promisedSize : 0;
  }

  get actual(): Uint8Array | undefined {
    return this.actualNames > 0 ? this.actualImage : undefined;
  }

  get actualLength(): number {
    return this.actualNames > 0 ? this.actualSize : 0;
  }

  get damaged(): boolean {
    return this.lengthDamaged || !this.damage.empty;
  }

  /** Whether the cache holds bytes or a length that a power loss may take. */
  get unsynced(): boolean {
    return (
      !this.dirty.empty ||
      this.cachedLength !== this.actualSize ||
      this.lowWater < this.cachedLength
    );
  }

  /** Writes to the cache; a gap after the old end reads as zeros. */
  writeCached(offset: number, data: Uint8Array, count: number): void {
    const end = offset + count;
    let from = offset;
    if (end > this.cachedLength || offset > this.cachedLength) {
      if (end > this.cached.length) this.cached = grown(this.cached, end);
      if (offset > this.cachedLength) {
        this.cached.fill(0, this.cachedLength, offset);
        from = this.cachedLength;
      }
      this.cachedLength = end;
    }
    copyBytes(data, 0, this.cached, offset, count);
    this.dirty.add(from, end);
    if (this.phantom !== undefined || this.misdirected !== undefined) this.#fate(offset, end);
  }

  /** Cuts or extends the cached file. */
  truncateCached(length: number): void {
    if (length > this.cachedLength) {
      this.writeCached(length, noBytes, 0);
      return;
    }
    this.cachedLength = length;
    if (length < this.lowWater) this.lowWater = length;
    this.dirty.remove(length, Number.MAX_SAFE_INTEGER);
  }

  /** A new write to a place takes back the fate of the write before. */
  #fate(from: number, to: number): void {
    this.phantom?.remove(from, to);
    const { misdirected } = this;
    if (misdirected === undefined) return;
    for (let at = misdirected.length - 3; at >= 0; at -= 3) {
      const covered = (misdirected[at] as number) >= from && (misdirected[at + 1] as number) <= to;
      if (covered) misdirected.splice(at, 3);
    }
  }

  /** Gives the promised bytes an array of their own, before they and the actual ones part. */
  splitPromised(): void {
    if (this.promisedImage === this.actualImage) {
      this.promisedImage = copiedBytes(this.actualImage, this.actualImage.length);
    }
  }

  /** Makes them one array again when nothing is damaged any more. */
  mergePromised(): void {
    if (!this.damaged) this.promisedImage = this.actualImage;
  }

  /** Makes room for bytes in the promised and the actual array. */
  reserve(bytes: number): void {
    if (this.actualImage.length < bytes) {
      const shared = this.promisedImage === this.actualImage;
      this.actualImage = grown(this.actualImage, bytes);
      if (shared) this.promisedImage = this.actualImage;
    }
    if (this.promisedImage.length < bytes) this.promisedImage = grown(this.promisedImage, bytes);
  }

  /** Notes where promised and actual bytes differ between two offsets, and where not. */
  compare(from: number, to: number): void {
    this.damage.remove(from, to);
    const known = this.actualSize;
    for (let at = from; at < to; at++) {
      if (at < known && this.promisedImage[at] === this.actualImage[at]) continue;
      this.damage.add(at, at + 1);
    }
  }

  /** The cache becomes what is actually there: the machine was off. */
  forgetCache(): void {
    this.cachedLength = this.actualSize;
    if (this.cached.length < this.actualSize) this.cached = grown(this.cached, this.actualSize);
    this.cached.set(this.actualImage.subarray(0, this.actualSize));
    this.clean();
    this.phantom = undefined;
    this.misdirected = undefined;
  }

  /** Nothing waits for a sync. */
  clean(): void {
    this.dirty.clear();
    this.lowWater = this.cachedLength;
  }
}

const noBytes = new Uint8Array(0);

/** Room of a file that outgrows its first bytes; few files of a log stay below it. */
const usualBytes = 512;

/** An array with the same bytes and room for at least `bytes`; grows by doubling. */
export function grown(array: Uint8Array, bytes: number): Uint8Array {
  const larger = zeroedBytes(Math.max(bytes, usualBytes, array.length * 2));
  larger.set(array);
  return larger;
}

/** Copies bytes; a loop for few, since a call and a view cost more than it saves. */
export function copyBytes(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  to: number,
  count: number,
): void {
  if (count > 48) {
    target.set(count === source.length ? source : source.subarray(from, from + count), to);
    return;
  }
  for (let at = 0; at < count; at++) target[to + at] = source[from + at] as number;
}
