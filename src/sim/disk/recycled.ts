import { mixWord } from '../hash.ts';

const ringBytes = 16_384;

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
    for (let at = Math.max(from, to - ringBytes); at < to; at++) {
      ring[at % ringBytes] = bytes[at] as number;
    }
  }

  /** Writes recycled bytes over a range of a file. */
  fill(target: Uint8Array, from: number, to: number): void {
    const ring = this.#bytes();
    for (let at = from; at < to; at++) target[at] = ring[at % ringBytes] as number;
  }

  #bytes(): Uint8Array {
    if (this.#ring === undefined) {
      this.#ring = new Uint8Array(ringBytes);
      for (let at = 0; at < ringBytes; at++) this.#ring[at] = mixWord(at + 1);
    }
    return this.#ring;
  }
}
