import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainConfiguration } from './confchange.ts';
import { recover } from './recovery.ts';
import { encodeSnapshot, snapshotName } from './snapshot-format.ts';
import type { Entry } from './types.ts';
import {
  BatchWriter,
  entryRecordBytes,
  lastBatchStart,
  type SegmentHeader,
  segmentName,
} from './wal-format.ts';
import { entryChecksum } from './wal-manifest.ts';

type Files = Map<string, Uint8Array>;
type Fill = (writer: BatchWriter) => void;

const configuration = plainConfiguration([1, 2, 3]);
const start: SegmentHeader = {
  version: 1,
  sequence: 1,
  previousSequence: 0,
  previousEnd: 0,
  term: 0,
  votedFor: 0,
  lastIndex: 0,
  lastTerm: 0,
};

const entry = (index: number, term: number): Entry => ({
  index,
  term,
  kind: 'command',
  data: Uint8Array.of(index, term, 7, 7, 7),
});
const entries =
  (...list: readonly Entry[]): Fill =>
  (writer) => {
    for (const one of list) writer.entry(one);
  };

/** Remembers the hard state for the manifests. */
class KnowingWriter extends BatchWriter {
  hard: [term: number, votedFor: number] = [0, 0];

  override header(header: SegmentHeader): void {
    this.hard = [header.term, header.votedFor];
    super.header(header);
  }

  override hardState(term: number, votedFor: number): void {
    this.hard = [term, votedFor];
    super.hardState(term, votedFor);
  }
}

/** A segment file: its header and the first batch together, then one more append per batch. */
function put(files: Files, header: Partial<SegmentHeader>, ...batches: readonly Fill[]): void {
  const whole = { ...start, ...header };
  const writer = new KnowingWriter();
  const parts: number[] = [];
  for (const [position, fill] of [() => {}, ...batches].entries()) {
    writer.begin(whole.sequence, whole.sequence + 40, position + 1, parts.length);
    if (position === 0) writer.header(whole);
    fill(writer);
    writer.manifest(...writer.hard);
    parts.push(...writer.finish());
  }
  files.set(segmentName(whole.sequence), Uint8Array.from(parts));
}

function sizeOf(files: Files, sequence: number): number {
  return files.get(segmentName(sequence))!.length;
}

function putSnapshot(files: Files, index: number, term: number): void {
  files.set(
    snapshotName(index),
    encodeSnapshot(index, term, configuration, new Uint8Array(9)).file,
  );
}

function log(files: Files): string {
  return recover(files)
    .entries.map(({ index, term }) => `${index}:${term}`)
    .join(' ');
}

describe('a whole log', () => {
  test('entries replace what they overwrite, hard state the one before', () => {
    const files: Files = new Map();
    put(
      files,
      {},
      (writer) => {
        writer.hardState(1, 2);
        entries(entry(1, 1), entry(2, 1), entry(3, 1))(writer);
      },
      (writer) => {
        writer.hardState(4, 0);
        entries(entry(2, 4))(writer);
      },
    );
    const found = recover(files);
    expect(log(files)).toBe('1:1 2:4');
    expect([found.verdict, found.term, found.votedFor]).toEqual(['whole', 4, 0]);
    expect([found.tornTail, found.lostWrite, found.end]).toEqual([false, false, sizeOf(files, 1)]);
  });

  test('goes on over segments, and only as far as the next header says', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1)));
    const counted = sizeOf(files, 1);
    put(files, {}, entries(entry(1, 1)), entries(entry(2, 1), entry(3, 1)));
    const next = { sequence: 2, previousSequence: 1, previousEnd: counted, lastIndex: 1 };
    put(files, { ...next, lastTerm: 1, term: 5, votedFor: 3 }, entries(entry(2, 5)));
    expect(log(files)).toBe('1:1 2:5');
    expect([recover(files).term, recover(files).votedFor]).toEqual([5, 3]);
  });

  test('segments before the snapshot are void, term and vote live on in the header', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1), entry(2, 1)));
    const previousEnd = sizeOf(files, 1);
    const next = { sequence: 2, previousSequence: 1, previousEnd, lastIndex: 2, lastTerm: 1 };
    put(files, { ...next, term: 6, votedFor: 1 }, entries(entry(3, 6)));
    putSnapshot(files, 2, 1);
    const found = recover(files);
    expect(log(files)).toBe('3:6');
    expect([found.term, found.votedFor, found.snapshot?.index]).toEqual([6, 1, 2]);
    expect(found.voidFiles).toEqual([segmentName(1)]);
    files.delete(segmentName(1));
    expect(recover(files).verdict).toBe('whole');
  });

  test('a log that does not go through the snapshot is given up for it', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1), entry(2, 1), entry(3, 1)));
    putSnapshot(files, 2, 4);
    expect([recover(files).verdict, log(files)]).toEqual(['whole', '']);
    put(files, {}, entries(entry(1, 1)), (writer) => writer.reset(2, 4), entries(entry(3, 4)));
    expect([recover(files).verdict, log(files)]).toEqual(['whole', '3:4']);
  });

  test('a segment that repeats the log counts only once its first batch is whole', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1), entry(2, 1)));
    const writer = new BatchWriter();
    writer.begin(2, 9, 1, 0);
    writer.header({ ...start, sequence: 2, term: 1 });
    entries(entry(1, 1), entry(2, 1))(writer);
    const bytes = writer.finish();
    for (let length = 0; length <= bytes.length; length++) {
      files.set(segmentName(2), bytes.slice(0, length));
      expect([recover(files).verdict, log(files)]).toEqual(['whole', '1:1 2:1']);
      expect(recover(files).chain[0]).toBe(length < bytes.length ? 1 : 2);
    }
  });
});

describe('what is proved to be durable', () => {
  const proved = (files: Files) => {
    const { proved: part, repeatFrom } = recover(files);
    const sequences = part.segments.map(({ sequence }) => sequence);
    return [sequences, part.end, part.lastIndex, part.lastTerm, repeatFrom];
  };

  test('all but the last batch, whose entries are to be repeated', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1), entry(2, 1)), entries(entry(2, 3), entry(3, 3)));
    const end = lastBatchStart(segmentName(1), files.get(segmentName(1))!);
    expect(proved(files)).toEqual([[1], end, 2, 1, 2]);
    expect(log(files)).toBe('1:1 2:3 3:3');
  });

  test('not the last segment while it has one batch only', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1)));
    const previousEnd = sizeOf(files, 1);
    const next = { sequence: 2, previousSequence: 1, previousEnd, lastIndex: 1, lastTerm: 1 };
    put(files, { ...next, term: 4, votedFor: 2 });
    expect(proved(files)).toEqual([[1], previousEnd, 1, 1, 2]);
    expect([recover(files).term, recover(files).votedFor]).toEqual([4, 2]);
    files.delete(segmentName(1));
    putSnapshot(files, 1, 1);
    expect(proved(files)).toEqual([[], 0, 0, 0, 0]);
  });

  test('a last batch that begins in the snapshot, or with a reset, is repeated from there', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1)), entries(entry(2, 1), entry(3, 1)));
    putSnapshot(files, 2, 1);
    expect([recover(files).repeatFrom, log(files)]).toEqual([0, '3:1']);
    put(files, {}, entries(entry(1, 1)), (writer) => {
      writer.reset(2, 1);
      writer.entry(entry(3, 1));
    });
    expect([recover(files).repeatFrom, log(files)]).toEqual([0, '3:1']);
    put(files, {}, entries(entry(1, 1), entry(2, 1)), entries(entry(3, 1)));
    expect([recover(files).repeatFrom, log(files)]).toEqual([3, '3:1']);
  });
});

describe('crashes', () => {
  const batches = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });

  test('any torn last batch is a torn tail: nothing before it is lost, nothing is made up', () => {
    fc.assert(
      fc.property(batches, fc.nat(), fc.nat(3), (sizes, cut, filler) => {
        let index = 0;
        const fills = sizes.map((size) =>
          entries(...Array.from({ length: size }, () => entry(++index, 1))),
        );
        const files: Files = new Map();
        put(files, {}, ...fills);
        const bytes = files.get(segmentName(1))!;
        const from = lastBatchStart(segmentName(1), bytes);
        const length = from + (cut % (bytes.length - from));
        // The rest of the file is missing, zeros, or other bytes.
        const torn = filler === 0 ? bytes.slice(0, length) : bytes.slice().fill(filler - 1, length);
        files.set(segmentName(1), torn);
        const found = recover(files);
        expect(found.verdict).toBe('whole');
        expect(found.entries.length).toBeGreaterThanOrEqual(index - sizes[sizes.length - 1]!);
        expect(found.entries.map((one) => one.index)).toEqual(found.entries.map((_, i) => i + 1));
        expect([from, bytes.length]).toContain(found.end);
      }),
    );
  });

  test('a hole in the last batch with whole records behind it is a lost write, no damage', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1)), entries(entry(2, 1), entry(3, 1), entry(4, 1)));
    const bytes = files.get(segmentName(1))!;
    const hole = lastBatchStart(segmentName(1), bytes);
    bytes.fill(0, hole, hole + 48);
    const found = recover(files);
    expect([found.verdict, found.lostWrite, log(files)]).toEqual(['whole', true, '1:1']);
  });

  test('a new segment without a beginning is a lost write; its number is not used again', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1)));
    files.set(segmentName(2), new Uint8Array(100));
    const found = recover(files);
    expect([found.verdict, found.lostWrite, found.proved.highestSequence]).toEqual([
      'whole',
      true,
      2,
    ]);
    expect(found.voidFiles).toEqual([segmentName(2)]);
    expect(log(files)).toBe('1:1');
  });

  test('files with nothing whole in them are as good as none', () => {
    expect(recover(new Map()).verdict).toBe('empty');
    expect(recover(new Map([[segmentName(1), new Uint8Array(100)]])).verdict).toBe('empty');
  });
});

describe('damage', () => {
  const all = [1, 2, 3, 4, 5, 6].map((index) => entry(index, 1));

  /** Two linked segments and a snapshot, several batches each. */
  function cluster(): Files {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1), entry(2, 1)), entries(entry(3, 1)));
    const previousEnd = sizeOf(files, 1);
    const next = { sequence: 2, previousSequence: 1, previousEnd, lastIndex: 3, lastTerm: 1 };
    put(files, { ...next, term: 1 }, entries(entry(4, 1), entry(5, 1)), entries(entry(6, 1)));
    putSnapshot(files, 2, 1);
    return files;
  }

  /** All that is known of the files but for the payload of what is lost. */
  function known(files: Files) {
    const { verdict, term, votedFor, entries: log } = recover(files);
    return [verdict, term, votedFor, ...log.map((one) => `${one.index}:${one.term}`)];
  }

  test('whatever bit flips before the last batch, index and term of every entry are known', () => {
    const expected = known(cluster()).slice(1);
    for (const sequence of [1, 2]) {
      const name = segmentName(sequence);
      const bytes = cluster().get(name)!;
      const to = sequence === 1 ? bytes.length : lastBatchStart(name, bytes);
      for (let bit = 0; bit < to * 8; bit++) {
        const files = cluster();
        files.get(name)![bit >> 3]! ^= 1 << (bit & 7);
        expect([name, bit, ...known(files)]).toEqual([name, bit, 'repairable', ...expected]);
        const { holes } = recover(files).loss ?? { holes: new Map() };
        expect(holes.size).toBeLessThanOrEqual(1);
        for (const [index, checksum] of holes) {
          expect(checksum).toBe(entryChecksum(all[index - 1]!));
        }
      }
    }
  });

  test('a flip in the payload of an entry is lost, one in what is kept twice is not', () => {
    let lost = 0;
    const name = segmentName(2);
    const to = lastBatchStart(name, cluster().get(name)!);
    for (let at = 0; at < to; at++) {
      const files = cluster();
      files.get(name)![at]! ^= 16;
      const { loss, entries: log } = recover(files);
      const holes = [...(loss?.holes.keys() ?? [])];
      lost += holes.length;
      for (const { index, data } of log) {
        expect(data.length === 0).toBe(holes.includes(index));
      }
    }
    // Two entries before the last batch, each in a record of its own.
    expect(lost).toBe(entryRecordBytes(all[3]!) + entryRecordBytes(all[4]!));
  });

  test('two flips in one batch: what the manifest still tells is lost, else nobody knows', () => {
    const name = segmentName(2);
    const bytes = cluster().get(name)!;
    const to = lastBatchStart(name, bytes);
    fc.assert(
      fc.property(fc.nat(to - 1), fc.nat(to - 1), (one, other) => {
        const files = cluster();
        files.get(name)![one]! ^= 1;
        files.get(name)![other]! ^= 2;
        const { verdict, entries: log } = recover(files);
        if (verdict === 'damaged') return;
        expect([verdict, log.length]).toEqual(['repairable', 4]);
      }),
    );
  });

  test('a flip in the snapshot asks for another one, and leaves the log', () => {
    const bytes = cluster().get(snapshotName(2))!;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const files = cluster();
      files.get(snapshotName(2))![bit >> 3]! ^= 1 << (bit & 7);
      const { verdict, loss, snapshot, entries: log } = recover(files);
      expect([verdict, loss?.snapshotIndex, snapshot]).toEqual(['repairable', 2, undefined]);
      expect(log.map((one) => one.index)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  test('a lost entry that was overwritten later is not missed', () => {
    const files: Files = new Map();
    put(files, {}, entries(entry(1, 1), entry(2, 1)), entries(entry(2, 2)), () => {});
    const bytes = files.get(segmentName(1))!;
    for (let at = 0; at < bytes.length; at++) {
      files.get(segmentName(1))![at]! ^= 4;
      const { loss } = recover(files);
      if (loss?.holes.has(2) === true) expect(loss.holes.get(2)).toBe(entryChecksum(entry(2, 2)));
      files.get(segmentName(1))![at]! ^= 4;
    }
  });

  test('a missing file that the log needs is noticed', () => {
    for (const name of [segmentName(1), snapshotName(2)]) {
      const files = cluster();
      files.delete(name);
      // Without the snapshot the log still begins at its start.
      expect(recover(files).verdict).toBe(name === segmentName(1) ? 'damaged' : 'whole');
    }
    const files: Files = new Map();
    put(files, { sequence: 4, previousSequence: 3, lastIndex: 9, lastTerm: 2 });
    expect(recover(files).verdict).toBe('damaged');
    putSnapshot(files, 9, 2);
    expect(recover(files).verdict).toBe('whole');
  });

  test('a snapshot without any log is damage', () => {
    const files: Files = new Map();
    putSnapshot(files, 9, 2);
    expect(recover(files).verdict).toBe('damaged');
  });

  test('a reset to a snapshot that is not there asks for one', () => {
    const files: Files = new Map();
    put(files, {}, (writer) => writer.reset(5, 2), entries(entry(6, 2)));
    const { verdict, loss } = recover(files);
    expect([verdict, loss?.snapshotIndex, loss?.baseTerm]).toEqual(['repairable', 5, 2]);
  });
});
