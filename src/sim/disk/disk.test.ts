import { describe, expect, test } from 'vitest';
import type { DiskError } from '../disk-contract.ts';
import { DiskRig, durable, ignore, outcome } from './disk-rig.ts';

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

describe('a disk without trouble', () => {
  test('reads what was written, appended, cut and extended', () => {
    const rig = DiskRig.calm();
    const { face } = rig.disk;
    expect(rig.read('a')).toBeUndefined();
    face.write('a', 'hello', ignore);
    face.append('a', ' world', ignore);
    expect(rig.text('a')).toBe('hello world');
    face.truncate('a', 4, ignore);
    face.writeAt('a', 6, bytes(7), ignore);
    expect(rig.read('a')).toEqual(bytes(104, 101, 108, 108, 0, 0, 7));
    face.truncate('a', 8, ignore);
    expect(rig.read('a')).toEqual(bytes(104, 101, 108, 108, 0, 0, 7, 0));
    face.write('a', 'x', ignore);
    expect(rig.text('a')).toBe('x');
  });

  test('a buffer that is reused after completion changes nothing', () => {
    const rig = DiskRig.calm();
    const buffer = bytes(1, 2, 3);
    rig.disk.face.append('a', buffer, ignore);
    rig.settle();
    buffer.fill(9);
    const seen = rig.read('a') as Uint8Array;
    expect(seen).toEqual(bytes(1, 2, 3));
    seen.fill(8);
    expect(rig.read('a')).toEqual(bytes(1, 2, 3));
  });

  test('operations on one file take effect in the order of asking, whatever their latencies', () => {
    for (let seed = 0; seed < 20; seed++) {
      const rig = new DiskRig(seed);
      const order: number[] = [];
      for (let index = 0; index < 10; index++) {
        rig.disk.face.append('a', `${index}`, () => order.push(index));
      }
      rig.disk.face.rename('a', 'b', () => order.push(10));
      rig.disk.face.append('b', 'end', () => order.push(11));
      rig.disk.face.append('a', 'new', () => order.push(12));
      rig.settle();
      expect(order.slice(0, 11)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(rig.text('b')).toBe('0123456789end');
      expect(rig.text('a')).toBe('new');
    }
  });

  test('different files do not wait for each other', () => {
    const rig = DiskRig.calm([], { diskLatencyUs: 50, diskSyncLatencyUs: 400 });
    const order: string[] = [];
    rig.disk.face.append('slow', 'x', ignore);
    rig.disk.face.sync('slow', () => order.push(`slow ${rig.timeUs}`));
    rig.disk.face.append('fast', 'x', () => order.push(`fast ${rig.timeUs}`));
    rig.settle();
    expect(order).toEqual(['fast 50', 'slow 450']);
  });

  test('two renames that cross do not block each other', () => {
    const rig = new DiskRig(3);
    durable(rig, 'a', 'A');
    durable(rig, 'b', 'B');
    const order: number[] = [];
    rig.disk.face.rename('a', 'c', () => order.push(1));
    rig.disk.face.rename('b', 'a', () => order.push(2));
    rig.disk.face.rename('c', 'b', () => order.push(3));
    rig.disk.face.rename('b', 'b', () => order.push(4));
    rig.settle();
    expect(order).toEqual([1, 2, 3, 4]);
    expect([rig.text('a'), rig.text('b'), rig.text('c')]).toEqual(['B', 'A', undefined]);
  });

  test('says what is missing', () => {
    const rig = DiskRig.calm();
    const { face } = rig.disk;
    expect(outcome(rig, (done) => face.sync('none', done))).toBe('ENOENT');
    expect(outcome(rig, (done) => face.truncate('none', 0, done))).toBe('ENOENT');
    expect(outcome(rig, (done) => face.rename('none', 'other', done))).toBe('ENOENT');
    expect(outcome(rig, (done) => face.remove('none', done))).toBe('done');
    expect(outcome(rig, (done) => face.syncDirectory('none', done))).toBe('done');
    expect(() => face.read('../etc', ignore)).toThrow(RangeError);
    expect(() => face.read('/a', ignore)).toThrow(RangeError);
    expect(() => face.truncate('a', -1, ignore)).toThrow(RangeError);
  });

  test('lists the files of one directory, sorted', () => {
    const rig = new DiskRig(1);
    for (const name of ['wal/b', 'wal/a', 'top', 'wal/deep/c']) {
      rig.disk.face.write(name, '', ignore);
    }
    rig.settle();
    const lists: (readonly string[])[] = [];
    for (const directory of ['', 'wal', 'wal/deep', 'none']) {
      rig.disk.face.list(directory, (_error, names) => lists.push(names));
      rig.settle();
    }
    expect(lists).toEqual([['top'], ['a', 'b'], ['c'], []]);
  });

  test('the promise face gives results and rejects with a DiskError', async () => {
    const rig = DiskRig.calm();
    const written = rig.disk.face.write('a', 'x');
    const read = rig.disk.face.read('a');
    const failed = rig.disk.face.sync('none').catch((error: DiskError) => error);
    rig.settle();
    await written;
    expect(await read).toEqual(bytes(120));
    expect(await failed).toMatchObject({ code: 'ENOENT', operation: 'sync', file: 'none' });
  });

  test('tells observers of promises and marks of operations', () => {
    const rig = DiskRig.calm();
    const { face } = rig.disk;
    face.append('wal', 'abcd', ignore);
    face.sync('wal', ignore);
    face.append('wal', 'ef', ignore);
    face.sync('wal', ignore);
    face.truncate('wal', 3, ignore);
    face.sync('wal', ignore);
    rig.settle();
    face.syncDirectory('', ignore);
    rig.settle();
    expect(rig.promises).toEqual(['wal 0..4', 'wal 4..6', 'wal 3..6', '/']);
    expect(rig.marks.filter((mark) => !mark.startsWith('submit:'))).toEqual([
      'append',
      'sync',
      'append',
      'sync',
      'truncate',
      'sync',
      'sync-directory',
    ]);
    expect(rig.marks.filter((mark) => mark.startsWith('submit:'))).toHaveLength(7);
  });

  test('the images of a name follow its syncs', () => {
    const rig = DiskRig.calm();
    const { face } = rig.disk;
    face.write('tmp', 'new', ignore);
    face.sync('tmp', ignore);
    rig.settle();
    expect(rig.disk.images('tmp')).toMatchObject({ cachedLength: 3, promised: undefined });
    expect(rig.disk.cachedFiles()).toEqual(['tmp']);
    expect(rig.disk.promisedFiles()).toEqual([]);
    face.syncDirectory('', ignore);
    rig.settle();
    expect(rig.disk.promisedFiles()).toEqual(['tmp']);
    face.append('tmp', 'er', ignore);
    rig.settle();
    expect(rig.disk.images('tmp')).toMatchObject({ cachedLength: 5, promisedLength: 3 });
    expect(rig.disk.promisedBytes('tmp')).toEqual(new TextEncoder().encode('new'));
    face.rename('tmp', 'state', ignore);
    rig.settle();
    expect(rig.disk.promisedBytes('state')).toBeUndefined();
    expect(rig.disk.promisedBytes('tmp')).toHaveLength(3);
    expect(rig.disk.damaged).toBe(false);
  });

  test('equal seeds give equal digests; other bytes, names or outcomes another', () => {
    const run = (seed: number, content: string, file = 'a') => {
      const rig = new DiskRig(seed);
      rig.disk.face.append(file, content, ignore);
      rig.settle();
      return rig.folder.toString();
    };
    expect(run(1, 'x')).toBe(run(1, 'x'));
    expect(run(1, 'x')).not.toBe(run(1, 'y'));
    expect(run(1, 'x')).not.toBe(run(1, 'x', 'b'));
    const failing = DiskRig.calm();
    failing.disk.trouble({ mode: 'write-error', perMillion: 1_000_000, file: '' });
    failing.disk.face.append('a', 'x', ignore);
    const before = failing.folder.toString();
    failing.settle();
    const working = DiskRig.calm();
    working.disk.face.append('a', 'x', ignore);
    expect(working.folder.toString()).toBe(before);
    working.settle();
    expect(working.folder.toString()).not.toBe(failing.folder.toString());
  });
});

describe('a full disk', () => {
  test('refuses what would grow it, and takes it again after a removal', () => {
    const rig = DiskRig.calm([], { diskCapacityBytes: 10 });
    const { face } = rig.disk;
    durable(rig, 'a', '12345678');
    expect(outcome(rig, (done) => face.append('a', '9012', done))).toBe('ENOSPC');
    expect(rig.text('a')).toBe('12345678');
    expect(outcome(rig, (done) => face.writeAt('a', 0, bytes(48, 48), done))).toBe('done');
    expect(outcome(rig, (done) => face.append('a', '90', done))).toBe('done');
    expect(outcome(rig, (done) => face.write('b', 'x', done))).toBe('ENOSPC');
    face.remove('a', ignore);
    rig.settle();
    expect(outcome(rig, (done) => face.write('b', '0123456789', done))).toBe('done');
    rig.crash(true);
    // The removal was lost, and so was the new file.
    expect(outcome(rig, (done) => rig.disk.face.append('a', 'xyz', done))).toBe('ENOSPC');
  });

  test('may let a part of a write reach the file', () => {
    const lengths = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const rig = new DiskRig(seed, { diskCapacityBytes: 10 });
      expect(outcome(rig, (done) => rig.disk.face.append('a', '0123456789abc', done))).toBe(
        'ENOSPC',
      );
      lengths.add(rig.read('a')?.length ?? 0);
    }
    expect([...lengths].sort()).toEqual([0, 10]);
  });
});

describe('crashes', () => {
  test('a calm power loss takes exactly what was not synced', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'kept');
    rig.disk.face.append('a', ' lost', ignore);
    rig.disk.face.write('b', 'lost', ignore);
    rig.settle();
    rig.crash(true);
    expect(rig.text('a')).toBe('kept');
    expect(rig.read('b')).toBeUndefined();
    expect(rig.disk.damaged).toBe(false);
  });

  test('a killed process leaves its cache, which is not durable', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'kept');
    rig.disk.face.append('a', ' cached', ignore);
    rig.settle();
    rig.crash(false);
    expect(rig.text('a')).toBe('kept cached');
    rig.crash(true);
    expect(rig.text('a')).toBe('kept');
    rig.disk.face.append('a', ' again', ignore);
    rig.settle();
    rig.crash(false);
    rig.disk.face.sync('a', ignore);
    rig.settle();
    rig.crash(true);
    expect(rig.text('a')).toBe('kept again');
  });

  test('completions of a dead life never arrive, and its queues are gone', () => {
    const rig = DiskRig.calm();
    let arrived = 0;
    rig.disk.face.append('a', 'x', () => arrived++);
    rig.disk.face.append('a', 'y', () => arrived++);
    const { face } = rig.disk;
    rig.crash(false);
    face.append('a', 'from the grave', () => arrived++);
    rig.settle();
    expect(arrived).toBe(0);
    expect(rig.read('a')).toBeUndefined();
    expect(outcome(rig, (done) => rig.disk.face.append('a', 'z', done))).toBe('done');
  });

  test('an empty disk in place of the old one is damage until the names are there again', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'A');
    rig.crash(true);
    rig.disk.wipe();
    expect(rig.read('a')).toBeUndefined();
    expect(rig.disk.damaged).toBe(true);
    expect(rig.disk.promisedBytes('a')).toEqual(bytes(65));
    durable(rig, 'a', 'again');
    expect(rig.disk.damaged).toBe(false);
  });
});
