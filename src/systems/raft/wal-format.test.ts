import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crcBytes, crcEnd, crcStart, crcWord } from '../common/crc32c.ts';
import { decodeConfiguration, encodeConfiguration } from './configuration-format.ts';
import {
  decodeSnapshot,
  encodeSnapshot,
  snapshotIndexOf,
  snapshotName,
} from './snapshot-format.ts';
import type { Entry } from './types.ts';
import {
  BatchWriter,
  decodeEntry,
  decodeHardState,
  decodeHeader,
  decodeReset,
  emptyRecord,
  entryRecordBytes,
  lastBatchStart,
  readRecord,
  type SegmentHeader,
  segmentName,
  segmentSequence,
} from './wal-format.ts';

const header: SegmentHeader = {
  version: 1,
  sequence: 7,
  previousSequence: 6,
  previousEnd: 4_096,
  term: 2 ** 40 + 3,
  votedFor: 2,
  lastIndex: 2 ** 35,
  lastTerm: 9,
};

const entry: fc.Arbitrary<Entry> = fc.record({
  term: fc.maxSafeNat(),
  index: fc.maxSafeNat(),
  kind: fc.constantFrom('command', 'noop', 'configuration'),
  data: fc.uint8Array({ maxLength: 40 }),
});

/** A segment 7 with a batch of its header and one batch for each list of entries. */
function segment(batches: readonly (readonly Entry[])[]): Uint8Array {
  const writer = new BatchWriter();
  const parts: Uint8Array[] = [];
  let offset = 0;
  writer.begin(7, 99, 1, 0);
  writer.header(header);
  parts.push(writer.finish().slice());
  for (const [position, entries] of batches.entries()) {
    offset += parts[parts.length - 1]!.length;
    writer.begin(7, 99, position + 2, offset);
    writer.hardState(position, 3);
    for (const one of entries) writer.entry(one);
    parts.push(writer.finish().slice());
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** All valid records from the start: their types, batches and ends. */
function read(bytes: Uint8Array, sequence: number = 7) {
  const record = emptyRecord();
  const found: { type: number; batch: number; ends: boolean; next: number }[] = [];
  let at = 0;
  while (readRecord(bytes, bytes.length, at, sequence, record)) {
    found.push({
      type: record.type,
      batch: record.batch,
      ends: record.endsBatch,
      next: record.next,
    });
    at = record.next;
  }
  return found;
}

test('CRC-32C has the known check value', () => {
  const digits = Uint8Array.from('123456789', (digit) => digit.charCodeAt(0));
  expect(crcEnd(crcBytes(crcStart, digits, 0, 9))).toBe(0xe3069283);
  const word = crcEnd(crcWord(crcStart, 0x34333231));
  expect(word).toBe(crcEnd(crcBytes(crcStart, digits, 0, 4)));
});

describe('records', () => {
  test('come back as they were written', () => {
    const writer = new BatchWriter();
    fc.assert(
      fc.property(entry, (one) => {
        writer.begin(7, 5, 3, 64);
        writer.header(header);
        writer.hardState(2 ** 52, 4);
        writer.reset(2 ** 51, 2 ** 50);
        writer.entry(one);
        const batch = writer.finish();
        const bytes = new Uint8Array(64 + batch.length);
        bytes.set(batch, 64);
        const record = emptyRecord();
        const step = (at: number) => {
          expect(readRecord(bytes, bytes.length, at, 7, record)).toBe(true);
          return record.payloadAt;
        };
        expect(decodeHeader(bytes, step(64))).toEqual(header);
        expect([record.salt, record.batch, record.endsBatch]).toEqual([5, 3, false]);
        expect(decodeHardState(bytes, step(record.next))).toEqual({ term: 2 ** 52, votedFor: 4 });
        expect(decodeReset(bytes, step(record.next))).toEqual({ index: 2 ** 51, term: 2 ** 50 });
        const at = record.next;
        expect(decodeEntry(bytes, step(at), record.payloadBytes)).toEqual(one);
        expect([record.endsBatch, record.next]).toEqual([true, bytes.length]);
        expect(record.next - at).toBe(entryRecordBytes(one));
      }),
    );
  });

  test('every torn prefix gives exactly the records that are whole', () => {
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 2 }), { maxLength: 3 }), (batches) => {
        const bytes = segment(batches);
        const whole = read(bytes);
        for (let length = 0; length <= bytes.length; length++) {
          const expected = whole.filter((record) => record.next <= length);
          expect(read(bytes.slice(0, length))).toEqual(expected);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('every flipped bit makes the record that holds it invalid, padding included', () => {
    const data = new Uint8Array(3);
    const bytes = segment([
      [{ term: 1, index: 1, kind: 'command', data }],
      [{ term: 1, index: 2, kind: 'noop', data }],
    ]);
    const whole = read(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const expected = whole.filter((record) => record.next <= bit >> 3);
      expect(read(flipped)).toEqual(expected);
    }
  });

  test('a record is valid only in its own segment and at its own place', () => {
    const bytes = segment([[]]);
    expect(read(bytes, 8)).toEqual([]);
    const record = emptyRecord();
    const moved = new Uint8Array(bytes.length + 8);
    moved.set(bytes, 8);
    expect(readRecord(moved, moved.length, 8, 7, record)).toBe(false);
  });

  test('the last batch begins where its first record does', () => {
    const data = new Uint8Array(1);
    const one: Entry = { term: 1, index: 1, kind: 'command', data };
    const bytes = segment([[one], [one, one]]);
    const last = read(bytes).filter((record) => record.batch === 2);
    expect(lastBatchStart(segmentName(7), bytes)).toBe(last[last.length - 1]!.next);
    expect(lastBatchStart(segmentName(7), segment([]))).toBe(0);
  });
});

test('names of segments and snapshots', () => {
  expect(segmentName(12)).toBe('wal-00000012');
  expect(segmentSequence('wal-00000012')).toBe(12);
  expect(segmentSequence('wal-123456789')).toBe(123_456_789);
  for (const other of ['wal-', 'wal-1x', 'snapshot.tmp', 'x-wal-1']) {
    expect(segmentSequence(other)).toBe(0);
    expect(snapshotIndexOf(other)).toBe(0);
  }
  expect(snapshotIndexOf(snapshotName(5))).toBe(5);
});

describe('snapshot files', () => {
  const configuration = {
    voters: [1, 2, 3],
    outgoing: [1, 4],
    learners: [5],
    learnersNext: [4],
    autoLeave: true,
  };

  test('come back as they were written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.maxSafeNat(), fc.maxSafeNat(), (machine, index, term) => {
        const snapshot = encodeSnapshot(index, term, configuration, machine);
        expect(decodeSnapshot(snapshot.file)).toEqual(snapshot);
      }),
    );
  });

  test('every torn prefix and every flipped bit is noticed', () => {
    const { file } = encodeSnapshot(3, 2, configuration, Uint8Array.of(1, 2, 3));
    for (let length = 0; length < file.length; length++) {
      expect(decodeSnapshot(file.slice(0, length))).toBeUndefined();
    }
    for (let bit = 0; bit < file.length * 8; bit++) {
      const flipped = file.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeSnapshot(flipped)).toBeUndefined();
    }
  });

  test('a configuration comes back from the bytes of an entry', () => {
    expect(decodeConfiguration(encodeConfiguration(configuration))).toEqual(configuration);
  });
});
