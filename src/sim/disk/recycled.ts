import { mixWord } from '../hash.ts';
import { copyBytes } from './file-images.ts';

const ringBytes = 16_384;

// The same for all disks of a thread, and copied before anything is written to it.
let arbitraryBytes: Uint8Array | undefined;

function arbitrary(): Uint8Array {
  if (arbitraryBytes === undefined) {
    arbitraryBytes = new Uint8Array(ringBytes);
    for (let at = 0; at < ringBytes; at++) arbitraryBytes[at] = mixWord(at + 1);
  }
  return arbitraryBytes;
}

/**
 * What a file system may show in blocks that it gave to a file and never wrote: bytes of files that
 * were removed or cut, at the offsets at which they stood there, so that an old record of a log can
 * come back whole; before anything was removed, arbitrary bytes, the same in every run.
 */
export class RecycledBytes {
  #ring: Uint8Array | undefined;

  /** Remembers bytes of a file from `from` to `to`; only the last part of a long range. */
  discard(bytes: Uint8Array, from: number, to: number): void {
    const ring = this.#bytes();
    let at = Math.max(from, to - ringBytes);
    while (at < to) {
      const place = at % ringBytes;
      const count = Math.min(to - at, ringBytes - place);
      copyBytes(bytes, at, ring, place, count);
      at += count;
    }
  }

  /** Writes recycled bytes over a range of a file. */
  fill(target: Uint8Array, from: number, to: number): void {
    const ring = this.#bytes();
    for (let at = from; at < to; at++) target[at] = ring[at % ringBytes] as number;
  }

  #bytes(): Uint8Array {
    this.#ring ??= arbitrary().slice();
    return this.#ring;
  }
}
