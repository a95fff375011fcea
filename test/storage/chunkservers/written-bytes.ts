import { blockChecksum, type FragmentName } from '../../../src/systems/storage/block-checksum.ts';
import type { Block } from '../../../src/systems/storage/messages/fragment.ts';

/** One write of a chunk; it fills its bytes with its number. */
export interface Written {
  readonly number: number;
  readonly offset: number;
  readonly end: number;
  acknowledged: boolean;
}

/** Above this no byte can tell its write. */
export const mostWrites = 254;

/**
 * What a chunk may hold: each byte is the number of the write that it came from, 0 for none. Reads must
 * be those of a register for each byte (Herlihy and Wing 1990): writes come one after another.
 */
export class WrittenBytes {
  readonly writes: Written[] = [];
  /** For each byte the newest write that was acknowledged or that any read has returned. */
  readonly least: Uint8Array;

  constructor(chunkBytes: number) {
    this.least = new Uint8Array(chunkBytes);
  }

  begin(offset: number, bytes: number): Written {
    const number = this.writes.length + 1;
    const write = { number, offset, end: offset + bytes, acknowledged: false };
    this.writes.push(write);
    return write;
  }

  acknowledge(write: Written): void {
    write.acknowledged = true;
    this.least.fill(write.number, write.offset, write.end);
  }

  /** Whether a write with the number `value` was made at this place; 0 always was. */
  wasWritten(at: number, value: number): boolean {
    if (value === 0) return true;
    const write = this.writes[value - 1];
    return write !== undefined && write.offset <= at && at < write.end;
  }

  /** What is wrong with bytes that a fragment has at `offset`, whether or not they are all there is. */
  wrongBytes(offset: number, bytes: Uint8Array): string {
    for (const [at, value] of bytes.entries()) {
      if (!this.wasWritten(offset + at, value)) return `byte ${offset + at} is ${value}`;
    }
    return '';
  }

  /** What is wrong with bytes that must hold at least what `least` says. */
  wrongRead(offset: number, bytes: Uint8Array, least: Uint8Array): string {
    for (const [at, value] of bytes.entries()) {
      const place = offset + at;
      if (value < least[place]!) return `byte ${place} is of write ${value}, not ${least[place]}`;
    }
    return this.wrongBytes(offset, bytes);
  }

  /** A read has returned these. */
  seen(offset: number, bytes: Uint8Array): void {
    for (const [at, value] of bytes.entries()) {
      if (value > this.least[offset + at]!) this.least[offset + at] = value;
    }
  }
}

/** The bytes of blocks, end to end; or what is wrong with one. */
export function joined(
  name: FragmentName,
  firstBlock: number,
  blocks: readonly Block[],
  blockBytes: number,
): Uint8Array | string {
  const bytes = new Uint8Array(blocks.length * blockBytes);
  for (const [at, { bytes: data, version, checksum }] of blocks.entries()) {
    if (data.length === 0) continue;
    const block = firstBlock + at;
    if (version > name.version) return `block ${block} is of version ${version}`;
    if (blockChecksum({ ...name, version }, block, data) !== checksum) {
      return `block ${block} does not match its checksum`;
    }
    bytes.set(data, at * blockBytes);
  }
  return bytes;
}
