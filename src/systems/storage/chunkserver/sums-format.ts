/**
 * The checksum file of a fragment, `fragments/<chunk>-<generation>-<part>-<number>.sums`: CRC-32C
 * over the number and all that follows, then the fragment without its data. It is written under
 * another name, synced, and renamed, so a file of this name whose checksum fails is damaged, never torn.
 */
import { ByteReader, ByteWriter, getU32, putU32 } from '../../common/bytes.ts';
import { crcBytes, crcEnd, crcStart, crcWord } from '../../common/crc32c.ts';
import { dataFaults } from '../messages/data-messages.ts';
import { Fragment } from './fragment.ts';

const writer: ByteWriter = new ByteWriter();

export function encodeSums(fragment: Fragment): Uint8Array {
  writer.length = 0;
  writer.u32(0);
  writer.varint(fragment.version);
  writer.varint(fragment.previousVersion);
  writer.varint(fragment.fence);
  writer.varint(fragment.lastFence);
  writer.varint(fragment.lastSequence);
  writer.text(fragment.tail);
  writer.varint(fragment.firstBlock);
  writer.varint(fragment.endBlock);
  writer.u8(fragment.settled ? 1 : 0);
  writer.varint(fragment.index);
  writer.u8(fragment.fault === null ? 0 : dataFaults.indexOf(fragment.fault) + 1);
  writer.varint(fragment.blocks.length);
  for (const block of fragment.blocks) {
    writer.varint(block === null ? 0 : block.bytes);
    if (block === null) continue;
    writer.varint(block.version);
    writer.u32(block.checksum);
  }
  const bytes = writer.finish();
  putU32(bytes, 0, sumsChecksum(fragment, bytes));
  return bytes;
}

/** Bound to the name, so that a file in the place of another does not pass. */
function sumsChecksum(
  { chunk, generation, part, number }: Pick<Fragment, 'chunk' | 'generation' | 'part' | 'number'>,
  bytes: Uint8Array,
): number {
  let crc = crcWord(crcStart, chunk | 0);
  crc = crcWord(crc, Math.floor(chunk / 0x1_0000_0000));
  crc = crcWord(crcWord(crcWord(crc, generation), part), number | 0);
  return crcEnd(crcBytes(crc, bytes, 4, bytes.length));
}

/** Reads a checksum file; undefined when its bytes are not what was written. */
export function decodeSums(file: FragmentFile, bytes: Uint8Array): Fragment | undefined {
  if (bytes.length < 4 || sumsChecksum(file, bytes) !== getU32(bytes, 0)) return undefined;
  try {
    const reader = new ByteReader(bytes, 4);
    const fragment = new Fragment(file.number, { ...file, version: reader.varint() });
    fragment.previousVersion = reader.varint();
    fragment.fence = reader.varint();
    fragment.lastFence = reader.varint();
    fragment.lastSequence = reader.varint();
    fragment.tail = reader.text();
    fragment.firstBlock = reader.varint();
    fragment.endBlock = reader.varint();
    fragment.settled = reader.flag();
    fragment.index = reader.varint();
    fragment.flushedIndex = fragment.index;
    fragment.fault = dataFaults[reader.u8() - 1] ?? null;
    for (let left = reader.varint(); left > 0; left--) {
      const size = reader.varint();
      const block = size === 0 ? null : { version: reader.varint(), checksum: reader.u32() };
      fragment.bytes += size;
      fragment.blocks.push(block === null ? null : { ...block, bytes: size });
    }
    reader.close();
    fragment.isNamed = fragment.bytes > 0;
    return fragment;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What the name of a fragment's file says. */
export interface FragmentFile {
  readonly chunk: number;
  readonly generation: number;
  readonly part: number;
  readonly number: number;
  readonly kind: 'data' | 'sums' | 'new';
}

/** The directory of all fragments. */
export const fragmentDirectory: string = 'fragments';

/** Names are in `fragmentDirectory`; `new` is a checksum file that has not got its name yet. */
export function fragmentFileName(
  { chunk, generation, part, number }: Omit<FragmentFile, 'kind'>,
  kind: FragmentFile['kind'],
): string {
  return `${chunk}-${generation}-${part}-${number}.${kind}`;
}

const namePattern = /^(\d{1,15})-(\d{1,15})-(\d{1,15})-(\d{1,15})\.(data|sums|new)$/;

/** Undefined: no name of a fragment's file. */
export function parseFragmentFile(name: string): FragmentFile | undefined {
  const match = namePattern.exec(name);
  if (match === null) return undefined;
  const [, chunk, generation, part, number, kind] = match;
  return {
    chunk: Number(chunk),
    generation: Number(generation),
    part: Number(part),
    number: Number(number),
    kind: kind as FragmentFile['kind'],
  };
}
