import { describe, expect, test } from 'vitest';
import type { Entry } from '../../raft/index.ts';
import { decodeRecords, encodeRecords, encodeState, stateName } from './changelog-format.ts';
import { readChangelog } from './read-changelog.ts';

function entry(index: number, bytes: number = 5): Entry {
  return { index, term: 2, kind: 'command', data: new Uint8Array(bytes).fill(index) };
}

function image(files: Readonly<Record<string, Uint8Array>>) {
  return { files: Object.keys(files), bytes: (file: string) => files[file] };
}

describe('records', () => {
  const entries = [entry(1), { ...entry(2, 0), kind: 'noop' as const }, entry(3, 300)];
  const bytes = encodeRecords(entries);

  test('come back as they were', () => {
    expect(decodeRecords(bytes)).toEqual({ entries, bytes: bytes.length });
  });

  test('end where one is cut', () => {
    for (let length = 0; length < bytes.length; length++) {
      const read = decodeRecords(bytes.subarray(0, length));
      expect(read.entries).toEqual(entries.slice(0, read.entries.length));
      expect(read.entries.length).toBeLessThan(entries.length);
    }
  });

  test('end where a bit is wrong', () => {
    for (let at = 0; at < bytes.length; at++) {
      const wrong = bytes.slice();
      wrong[at]! ^= 1 << (at % 8);
      const read = decodeRecords(wrong);
      expect(read.entries.length, `byte ${at}`).toBeLessThan(entries.length);
      expect(read.entries).toEqual(entries.slice(0, read.entries.length));
    }
  });

  test('zeros behind the end are no records', () => {
    const longer = new Uint8Array(bytes.length + 64);
    longer.set(bytes);
    expect(decodeRecords(longer)).toEqual({ entries, bytes: bytes.length });
  });
});

describe('a changelog', () => {
  test('is all segments by index, not by name, and says what is missing', () => {
    const files = {
      'metalogger/log-10': encodeRecords([entry(10), entry(11)]),
      'metalogger/log-2': encodeRecords([entry(2), entry(3)]),
      'metalogger/log-9': encodeRecords([]),
      'metalogger/other': new Uint8Array(3),
      wal: new Uint8Array(3),
    };
    const { entries, gaps, damaged } = readChangelog(image(files));
    expect(entries.map(({ index }) => index)).toEqual([2, 3, 10, 11]);
    expect(gaps).toEqual([{ from: 4, to: 9 }]);
    expect(damaged).toEqual([]);
  });

  test('goes on behind a torn end, and names the file', () => {
    const torn = encodeRecords([entry(1), entry(2)]).subarray(0, -1);
    const files = {
      'metalogger/log-1': torn,
      'metalogger/log-2': encodeRecords([entry(2), entry(3)]),
    };
    const { entries, gaps, damaged } = readChangelog(image(files));
    expect(entries.map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(gaps).toEqual([]);
    expect(damaged).toEqual(['metalogger/log-1']);
  });

  test('has saved tables that are whole, and no others', () => {
    const saved = new Uint8Array([1, 2, 3]);
    const wrong = encodeState(saved);
    wrong[5]! ^= 1;
    const files = { [stateName(7)]: encodeState(saved), [stateName(9)]: wrong };
    const { states, damaged } = readChangelog(image(files));
    expect(states).toEqual([{ index: 7, saved }]);
    expect(damaged).toEqual([stateName(9)]);
  });
});
