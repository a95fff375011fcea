import { describe, expect, test } from 'vitest';
import { countCopies } from '../../../../bench/storage/copy-meter.ts';
import { ByteWriter } from '../../common/bytes.ts';
import { decodeRecord, encodeRecord, type JournalRecord } from './journal-format.ts';

const sizes = [256, 0, 1, 64, 5_000];
const blocks = sizes.map((size, block) => {
  const data = Uint8Array.from({ length: size }, (_, at) => at * 7 + block);
  return { block, version: 3, checksum: 4_000_000_000 + block, data };
});
const name = { number: 300, chunk: 70_000, version: 3, generation: 1, part: 2 };
const write: JournalRecord = {
  kind: 'write',
  ...{ number: 9, fence: 500, sequence: 4, tail: 'n12' },
  blocks,
};
const records: readonly JournalRecord[] = [
  { kind: 'put', ...name, previousVersion: 2, fence: 9, lastFence: 8, lastSequence: 7, blocks },
  { kind: 'put', ...name, previousVersion: 0, fence: 9, lastFence: 0, lastSequence: 0, blocks: [] },
  { kind: 'version', number: 1, version: 2, previousVersion: 1, fence: 128 },
  write,
  { kind: 'erase', number: 7 },
  { kind: 'bad', number: 7, fault: 'bad' },
  { kind: 'floor', fence: 1_000_000 },
];

/** The layout of a write as it stands on disks, spelled out. */
function spelledOut({ number, fence, sequence, tail }: Extract<JournalRecord, { kind: 'write' }>) {
  const writer = new ByteWriter();
  writer.u8(2);
  for (const value of [number, fence, sequence]) writer.varint(value);
  writer.text(tail);
  writer.varint(blocks.length);
  for (const { block, version, checksum, data } of blocks) {
    for (const value of [block, version, checksum]) writer.varint(value);
    writer.blob(data);
  }
  return writer.finish();
}

describe('records of the journal', () => {
  test('come back from their bytes, whatever was encoded before and after', () => {
    const encoded = records.map(encodeRecord);
    for (const record of records) encodeRecord(record);
    expect(encoded.map(decodeRecord)).toEqual(records);
  });

  test('have the layout that disks have', () => {
    expect(encodeRecord(write)).toEqual(
      spelledOut(write as Extract<JournalRecord, { kind: 'write' }>),
    );
  });

  test('copy each block once', () => {
    const moved = sizes.reduce((sum, size) => sum + size, 0);
    const { result, bytes } = countCopies('/storage/chunkserver/', () => encodeRecord(write));
    expect(bytes).toBe(result.length);
    expect(bytes - moved).toBeLessThan(100);
  });
});
