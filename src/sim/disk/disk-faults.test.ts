import { describe, expect, test } from 'vitest';
import type { DiskFaultMode } from '../fault-plan.ts';
import { DiskRig, durable, ignore, outcome } from './disk-rig.ts';

const always = (mode: DiskFaultMode, file = '') => ({ mode, perMillion: 1_000_000, file });

describe('trouble', () => {
  test('errors concern the operations and files that were named, while it lasts', () => {
    const rig = DiskRig.calm();
    durable(rig, 'wal', 'w');
    const endRead = rig.disk.trouble(always('read-error', 'wal'));
    const endWrite = rig.disk.trouble(always('write-error', 'snap'));
    expect(rig.disk.healthy).toBe(false);
    const { face } = rig.disk;
    expect(outcome(rig, (done) => face.read('wal', done))).toBe('EIO');
    expect(outcome(rig, (done) => face.read('other', done))).toBe('done');
    expect(outcome(rig, (done) => face.append('wal', 'x', done))).toBe('done');
    expect(outcome(rig, (done) => face.append('snapshot', 'x', done))).toBe('EIO');
    endRead();
    endWrite();
    expect(rig.disk.healthy).toBe(true);
    expect(outcome(rig, (done) => face.read('wal', done))).toBe('done');
    expect(outcome(rig, (done) => face.append('snapshot', 'x', done))).toBe('done');
  });

  test('a share of the operations only, when it says so', () => {
    const rig = new DiskRig(5);
    rig.disk.trouble({ mode: 'write-error', perMillion: 300_000, file: '' });
    let failed = 0;
    for (let index = 0; index < 300; index++) {
      if (outcome(rig, (done) => rig.disk.face.append('a', 'x', done)) === 'EIO') failed++;
    }
    expect(failed).toBeGreaterThan(50);
    expect(failed).toBeLessThan(140);
  });

  test('a failed sync keeps or drops each dirty sector, and the next one covers none of them', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const rig = new DiskRig(seed, { diskSectorBytes: 64 });
      const { face } = rig.disk;
      durable(rig, 'a', 'o'.repeat(128));
      face.writeAt('a', 0, new Uint8Array(128).fill(110), ignore);
      const end = rig.disk.trouble(always('sync-error'));
      expect(outcome(rig, (done) => face.sync('a', done))).toBe('EIO');
      end();
      const cached = rig.text('a') as string;
      seen.add(`${cached[0]}${cached[64]}`);
      expect(cached).toBe((cached[0] as string).repeat(64) + (cached[64] as string).repeat(64));
      expect(outcome(rig, (done) => face.sync('a', done))).toBe('done');
      rig.crash(true);
      expect(rig.text('a')).toBe('o'.repeat(128));
      expect(rig.disk.damaged).toBe(false);
    }
    expect([...seen].sort()).toEqual(['nn', 'no', 'on', 'oo']);
  });

  test('a stall holds operations until it ends, and keeps their order', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', '');
    const end = rig.disk.trouble(always('stall'));
    const order: string[] = [];
    rig.disk.face.append('a', '1', () => order.push('append'));
    rig.disk.face.rename('a', 'b', () => order.push('rename'));
    rig.disk.face.append('b', '2', () => order.push('after'));
    rig.settle();
    expect(order).toEqual([]);
    end();
    rig.settle();
    expect(order).toEqual(['append', 'rename', 'after']);
    const again = rig.disk.trouble(always('stall'));
    rig.disk.face.rename('b', 'c', () => order.push('second rename'));
    rig.settle();
    again();
    rig.settle();
    expect(order.at(-1)).toBe('second rename');
    expect(rig.text('c')).toBe('12');
  });

  test('a slow disk takes twenty times as long', () => {
    const rig = DiskRig.calm([], { diskLatencyUs: 50 });
    rig.disk.trouble(always('slow'));
    rig.disk.face.append('a', 'x', ignore);
    rig.settle();
    expect(rig.timeUs).toBe(1000);
  });

  test('a disk is healthy again when what it took while slow is done', () => {
    const rig = DiskRig.calm([], { diskLatencyUs: 50 });
    const end = rig.disk.trouble(always('slow'));
    let seen: boolean | undefined;
    rig.disk.face.append('a', 'x', () => {
      seen = rig.disk.healthy;
    });
    rig.disk.face.append('a', 'y', ignore);
    end();
    expect(rig.disk.healthy).toBe(false);
    rig.settle();
    expect(seen).toBe(true);
    expect(rig.timeUs).toBe(1050);
    const endAgain = rig.disk.trouble(always('slow'));
    rig.disk.face.append('a', 'z', ignore);
    endAgain();
    rig.crash(false);
    expect(rig.disk.healthy).toBe(true);
  });

  test('a lying sync is damage at once, and forgets at the power loss', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'one');
    const end = rig.disk.trouble(always('lying-sync'));
    rig.disk.face.append('a', ' two', ignore);
    rig.disk.face.sync('a', ignore);
    rig.settle();
    end();
    expect(rig.disk.damaged).toBe(true);
    expect(rig.disk.promisedBytes('a')).toHaveLength(7);
    expect(rig.disk.actualBytes('a')).toHaveLength(3);
    expect(rig.text('a')).toBe('one two');
    rig.crash(true);
    expect(rig.text('a')).toBe('one');
    expect(rig.disk.damaged).toBe(true);
    expect(rig.disk.promisedBytes('a')).toHaveLength(7);
  });

  test('a true sync after a lying one makes good', () => {
    const rig = DiskRig.calm();
    const end = rig.disk.trouble(always('lying-sync'));
    durable(rig, 'a', 'one');
    expect(rig.disk.damaged).toBe(true);
    end();
    rig.disk.face.sync('a', ignore);
    rig.disk.face.syncDirectory('', ignore);
    rig.settle();
    expect(rig.disk.damaged).toBe(false);
    rig.crash(true);
    expect(rig.text('a')).toBe('one');
  });

  test('a directory sync that lied forgets the name', () => {
    const rig = DiskRig.calm();
    rig.disk.trouble(always('lying-sync'));
    rig.disk.face.write('a', 'x', ignore);
    rig.settle();
    rig.disk.face.syncDirectory('', ignore);
    rig.settle();
    expect(rig.disk.promisedFiles()).toEqual(['a']);
    expect(rig.disk.damaged).toBe(true);
    rig.crash(true);
    expect(rig.disk.cachedFiles()).toEqual([]);
    expect(rig.disk.damaged).toBe(true);
  });

  test('a phantom write is in the cache and never on the medium', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'old old ');
    const end = rig.disk.trouble(always('phantom-write'));
    rig.disk.face.writeAt('a', 4, new TextEncoder().encode('new'), ignore);
    rig.settle();
    end();
    rig.disk.face.sync('a', ignore);
    expect(rig.text('a')).toBe('old new ');
    expect(rig.disk.damaged).toBe(true);
    rig.crash(true);
    expect(rig.text('a')).toBe('old old ');
    expect(rig.disk.damaged).toBe(true);
    rig.disk.face.writeAt('a', 4, new TextEncoder().encode('new'), ignore);
    rig.disk.face.sync('a', ignore);
    rig.settle();
    expect(rig.disk.damaged).toBe(false);
    rig.crash(true);
    expect(rig.text('a')).toBe('old new ');
  });

  test('a misdirected write lands elsewhere in the file', () => {
    const rig = DiskRig.calm([], { diskSectorBytes: 64 });
    durable(rig, 'a', 'a'.repeat(64) + 'b'.repeat(64));
    const end = rig.disk.trouble(always('misdirected-write'));
    rig.disk.face.writeAt('a', 64, new TextEncoder().encode('XY'), ignore);
    rig.settle();
    end();
    rig.disk.face.sync('a', ignore);
    rig.settle();
    expect(rig.disk.damaged).toBe(true);
    rig.crash(true);
    expect(rig.text('a')).toBe(`XY${'a'.repeat(62)}${'b'.repeat(64)}`);
    expect(rig.disk.damaged).toBe(true);
  });

  test('a flipped bit shows in reads and in the ledger, until the place is written again', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'abc');
    expect(rig.disk.flipBit('a', 1, 0)).toBe(true);
    expect(rig.disk.flipBit('a', 3, 0)).toBe(false);
    expect(rig.disk.flipBit('none', 0, 0)).toBe(false);
    expect(rig.text('a')).toBe('acc');
    expect(rig.disk.damaged).toBe(true);
    rig.disk.face.append('a', 'd', ignore);
    rig.disk.face.sync('a', ignore);
    rig.settle();
    expect(rig.disk.damaged).toBe(true);
    expect(new TextDecoder().decode(rig.disk.promisedBytes('a'))).toBe('abcd');
    rig.crash(true);
    expect(rig.text('a')).toBe('accd');
    expect(rig.disk.damaged).toBe(true);
    expect(rig.disk.flipBit('a', 1, 0)).toBe(true);
    expect(rig.disk.damaged).toBe(false);
    rig.disk.flipBit('a', 0, 7);
    durable(rig, 'a', 'xyz');
    expect(rig.disk.damaged).toBe(false);
  });

  test('an honest write over a phantom is kept', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'old');
    const end = rig.disk.trouble(always('phantom-write'));
    rig.disk.face.writeAt('a', 0, new TextEncoder().encode('bad'), ignore);
    rig.settle();
    end();
    rig.disk.face.writeAt('a', 0, new TextEncoder().encode('new'), ignore);
    rig.disk.face.sync('a', ignore);
    rig.settle();
    expect(rig.disk.damaged).toBe(false);
    rig.crash(true);
    expect(rig.text('a')).toBe('new');
  });

  test('a flip on the medium leaves what waits in the cache alone', () => {
    const rig = DiskRig.calm();
    durable(rig, 'a', 'abc');
    rig.disk.face.writeAt('a', 1, new TextEncoder().encode('X'), ignore);
    rig.settle();
    expect(rig.disk.flipBit('a', 1, 0)).toBe(true);
    expect(rig.text('a')).toBe('aXc');
    expect(rig.disk.damaged).toBe(true);
    rig.disk.face.sync('a', ignore);
    rig.settle();
    expect(rig.disk.damaged).toBe(false);
  });

  test('what a damaged file has synced is as safe as elsewhere', () => {
    for (let seed = 0; seed < 40; seed++) {
      const rig = new DiskRig(seed, { diskSectorBytes: 64 });
      durable(rig, 'a', 'first');
      rig.disk.flipBit('a', 0, 0);
      rig.disk.face.append('a', ' second', ignore);
      rig.disk.face.sync('a', ignore);
      rig.settle();
      rig.crash(true);
      expect(rig.text('a')).toBe('girst second');
      expect(new TextDecoder().decode(rig.disk.promisedBytes('a'))).toBe('first second');
    }
  });

  test('what a lying directory sync promised stays promised when a part of it survives', () => {
    for (let seed = 0; seed < 40; seed++) {
      const rig = new DiskRig(seed);
      rig.disk.face.write('a', 'x', ignore);
      rig.disk.face.rename('a', 'b', ignore);
      rig.settle();
      const end = rig.disk.trouble(always('lying-sync'));
      rig.disk.face.syncDirectory('', ignore);
      rig.settle();
      end();
      rig.crash(true);
      expect(rig.disk.promisedFiles()).toEqual(['b']);
      expect(rig.disk.damaged).toBe(rig.disk.cachedFiles().join() !== 'b');
    }
  });
});
