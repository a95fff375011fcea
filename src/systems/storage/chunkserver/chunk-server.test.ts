import { describe, expect, test } from 'vitest';
import {
  blocksOf,
  replica,
  ServersRig,
} from '../../../../test/storage/chunkservers/servers-rig.ts';
import { simulationSettings } from '../metadata/settings.ts';
import { simulationTimings } from '../timings.ts';
import { fragmentsOnDisk } from './disk-image.ts';

const { blockBytes, chunkBytes } = simulationSettings;
const all = ['n1', 'n2', 'n3'];

/** A chunk on all three servers, version 1 under fence 11. */
function born(rig: ServersRig, chunk: number = 1): void {
  for (const node of all) {
    expect(rig.setVersion(node, chunk, 1, 0, 11)).toMatchObject({ fault: null });
  }
}

function onDisk(rig: ServersRig, node: number) {
  const disk = rig.world.disk(node);
  const bytes = (file: string) => disk.actualBytes(file);
  return fragmentsOnDisk({ names: () => disk.promisedFiles(), bytes }, blockBytes);
}

function firstBytes(answer: ReturnType<ServersRig['read']>): (number | undefined)[] | undefined {
  return answer?.blocks.map(({ bytes }) => bytes[0]);
}

describe('writes', () => {
  test('are durable on the whole chain when they are acknowledged', () => {
    const rig = new ServersRig();
    born(rig);
    const write = { version: 1, fence: 11, sequence: 1, fill: 7 };
    expect(rig.write(all, 1, write)).toMatchObject({ fault: null, sequence: 1 });
    for (const node of [0, 1, 2]) {
      expect(onDisk(rig, node)).toMatchObject([{ lastFence: 11, lastSequence: 1, intact: true }]);
    }
    for (const node of all) expect(firstBytes(rig.read(node, replica(1, 1)))).toEqual([7]);
  });

  test('within blocks keep what is around them', () => {
    const rig = new ServersRig();
    born(rig);
    const write = { version: 1, fence: 11 };
    rig.write(all, 1, { ...write, sequence: 1, fill: 7 }, {}, 3 * blockBytes);
    rig.write(all, 1, { ...write, sequence: 2, fill: 9, offset: 250 }, {}, 300);
    rig.run(2_000_000);
    const { blocks } = rig.read('n2', replica(1, 1), { blocks: 4 })!;
    const bytes = blocks.flatMap((block) => [...block.bytes]);
    expect(bytes).toHaveLength(3 * blockBytes);
    expect(bytes.every((byte, at) => byte === (at >= 250 && at < 550 ? 9 : 7))).toBe(true);
    expect(blocks[3]!.bytes).toHaveLength(0);
  });

  test('are numbered: copies are answered again, gaps and other fences refused', () => {
    const rig = new ServersRig();
    born(rig);
    const write = { version: 1, fence: 11, sequence: 1, fill: 7 };
    expect(rig.write(all, 1, { ...write, sequence: 2 })).toMatchObject({ fault: 'gap', at: 'n1' });
    expect(rig.write(all, 1, write)).toMatchObject({ fault: null });
    expect(rig.write(all, 1, { ...write, fill: 9 })).toMatchObject({ fault: null });
    expect(firstBytes(rig.read('n1', replica(1, 1)))).toEqual([7]);
    expect(rig.write(all, 1, { ...write, fence: 10 })).toMatchObject({ fault: 'stale' });
    expect(rig.write(all, 1, { ...write, version: 2 })).toMatchObject({ fault: 'stale' });
    expect(rig.write(all, 2, write)).toMatchObject({ fault: 'absent' });
    expect(rig.write(all, 1, { ...write, sequence: 2 }, { checksum: 5 })).toMatchObject({
      fault: 'damaged-on-the-way',
    });
    const beyond = { ...write, sequence: 2, offset: chunkBytes - 10 };
    expect(rig.write(all, 1, beyond)).toMatchObject({ fault: 'damaged-on-the-way' });
  });

  test('that one server of the chain does not take name it', () => {
    const rig = new ServersRig();
    born(rig);
    const write = { version: 1, fence: 11, sequence: 1, fill: 7 };
    rig.world.kill(2);
    const answer = rig.write(all, 1, write, {}, 256);
    expect(answer).toBeUndefined();
    rig.run(200_000);
    const late = rig.got.findLast(({ message }) => message.kind === 'bytes-written');
    expect(late?.message).toMatchObject({ fault: 'no-answer', at: 'n3' });
    // What is not known to be everywhere is for the tail to tell.
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'pending', ask: 'n3' });
    expect(rig.read('n1', replica(1, 1), { firstBlock: 3 })).toMatchObject({ fault: null });
    // A new version settles it.
    expect(rig.setVersion('n1', 1, 2, 1, 15)).toMatchObject({ lastFence: 11, lastSequence: 1 });
    expect(firstBytes(rig.read('n1', replica(1, 2)))).toEqual([7]);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'pending', ask: 'n3' });
    // And it stays settled beside a version that comes after it: n3 may have been left out of this one.
    expect(rig.setVersion('n1', 1, 3, 2, 20)).toMatchObject({ lastFence: 11, lastSequence: 1 });
    expect(firstBytes(rig.read('n1', replica(1, 2)))).toEqual([7]);
    // A fourth one in place of a third that was never committed.
    expect(rig.setVersion('n1', 1, 4, 2, 25)).toMatchObject({ fault: null });
    expect(firstBytes(rig.read('n1', replica(1, 2)))).toEqual([7]);
  });

  test('that are coming are for the end of their own chain to tell', () => {
    const rig = new ServersRig();
    born(rig);
    rig.world.kill(1);
    rig.write(['n1', 'n2'], 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    rig.setVersion('n1', 1, 2, 1, 15);
    rig.setVersion('n3', 1, 2, 1, 15);
    rig.world.troubleDisk(0, { mode: 'stall', perMillion: 1_000_000, file: 'journal' });
    const write = { version: 2, fence: 15, sequence: 1, fill: 8, offset: 2 * blockBytes };
    expect(rig.write(['n1', 'n3'], 1, write)).toBeUndefined();
    const at = (firstBlock: number) => rig.read('n1', replica(1, 2), { firstBlock });
    expect(at(2)).toMatchObject({ fault: 'pending', ask: 'n3' });
    expect(firstBytes(at(0))).toEqual([7]);
  });

  test('that are full leave nothing behind', () => {
    const rig = new ServersRig(3, { capacityBytes: 2 * blockBytes });
    born(rig);
    const write = { version: 1, fence: 11, fill: 7 };
    rig.write(all, 1, { ...write, sequence: 1 }, {}, 2 * blockBytes);
    const more = { ...write, sequence: 2, offset: blockBytes };
    expect(rig.write(all, 1, more, {}, 2 * blockBytes)).toMatchObject({ fault: 'full', at: 'n1' });
    expect(onDisk(rig, 0)).toMatchObject([{ lastSequence: 1, intact: true }]);
    expect(rig.write(all, 1, { ...more, fill: 8 })).toMatchObject({ fault: null });
  });
});

describe('versions', () => {
  test('are set once, by newer fences and from the right version only', () => {
    const rig = new ServersRig();
    born(rig);
    expect(rig.setVersion('n1', 1, 1, 0, 11)).toMatchObject({ fault: null, fence: 11 });
    expect(rig.setVersion('n1', 1, 2, 1, 10)).toMatchObject({ fault: 'stale' });
    expect(rig.setVersion('n1', 1, 3, 2, 15)).toMatchObject({ fault: 'stale' });
    expect(rig.setVersion('n1', 9, 3, 2, 15)).toMatchObject({ fault: 'absent' });
    expect(rig.setVersion('n1', 1, 2, 1, 15, { term: 2 })).toBeUndefined();
    expect(rig.setVersion('n1', 1, 2, 1, 15)).toMatchObject({ fault: null });
  });

  test('leave the one before readable until the first write', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    for (const node of all) rig.setVersion(node, 1, 2, 1, 15);
    expect(firstBytes(rig.read('n1', replica(1, 1)))).toEqual([7]);
    expect(firstBytes(rig.read('n1', replica(1, 2)))).toEqual([7]);
    rig.write(all, 1, { version: 2, fence: 15, sequence: 1, fill: 8, offset: 512 });
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'stale' });
    expect(firstBytes(rig.read('n1', replica(1, 2)))).toEqual([7]);
  });

  test('that were never committed give way, or are erased alone', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    rig.setVersion('n1', 1, 2, 1, 15);
    expect(rig.setVersion('n1', 1, 3, 1, 16)).toMatchObject({ fault: null });
    expect(rig.erase('n1', replica(1, 3))).toMatchObject({ fault: null });
    expect(firstBytes(rig.read('n1', replica(1, 1)))).toEqual([7]);
    expect(rig.read('n1', replica(1, 3))).toMatchObject({ fault: 'stale' });
    rig.setVersion('n2', 1, 2, 1, 17);
    expect(rig.erase('n2', replica(1, 1))).toMatchObject({ fault: null });
    expect(firstBytes(rig.read('n2', replica(1, 2)))).toEqual([7]);
    expect(rig.read('n2', replica(1, 1))).toMatchObject({ fault: 'stale' });
  });

  test('of a copy begin with the bytes of the original, under checksums of their own', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7, offset: 256 });
    expect(rig.setVersion('n1', 2, 1, 0, 20, { copyOf: 1, copyVersion: 1 })).toMatchObject({
      fault: null,
    });
    const [, block] = rig.read('n1', replica(2, 1), { blocks: 2 })!.blocks;
    expect(block).toEqual(blocksOf(replica(2, 1), block!.bytes).length === 1 ? block : undefined);
    expect(block!.bytes[0]).toBe(7);
    expect(onDisk(rig, 0).map(({ chunk, intact }) => [chunk, intact])).toEqual([
      [1, true],
      [2, true],
    ]);
  });

  test('are adopted from the longest', () => {
    const rig = new ServersRig();
    born(rig);
    const chain = ['n1', 'n2'];
    rig.write(chain, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    for (const node of all) rig.setVersion(node, 1, 2, 1, 15);
    const done = rig.ask('n3', 'task-done', (task) => ({
      kind: 'adopt',
      ...{ task, term: 3, index: 15, ...replica(1, 2), fence: 15, source: 'n1' },
    }));
    expect(done).toMatchObject({ fault: null });
    expect(firstBytes(rig.read('n3', replica(1, 2)))).toEqual([7]);
    // Not under the version before: others of that version may lack the write.
    expect(rig.read('n3', replica(1, 1))).toMatchObject({ fault: 'stale' });
  });
});

describe('a server that hears nothing', () => {
  test('stops answering clients after half a lease, and goes on when it is heard', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    rig.leads = false;
    rig.run(400_000);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: null });
    rig.run(250_000);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'not-serving' });
    const write = { version: 1, fence: 11, sequence: 2, fill: 8 };
    expect(rig.write(all, 1, write)).toMatchObject({ fault: 'not-serving', at: 'n1' });
    expect(rig.read('n1', replica(1, 1), { forRepair: true })).toMatchObject({ fault: null });
    rig.leads = true;
    rig.run(300_000);
    expect(rig.write(all, 1, write)).toMatchObject({ fault: null });
  });

  test('shows no client what it was left out of, whatever life it is in', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    // Whatever older version it has.
    rig.leftOut = [replica(1, 2)];
    rig.run(200_000);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'stale' });
    // A repair knows what it asks for.
    expect(rig.read('n1', replica(1, 1), { forRepair: true })).toMatchObject({ fault: null });
    rig.world.kill(0);
    rig.world.start(0);
    rig.run(200_000);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'stale' });
    expect(rig.setVersion('n1', 1, 3, 1, 12)).toMatchObject({ fault: null });
    expect(rig.read('n1', replica(1, 3))).toMatchObject({ fault: null });
  });

  test('obeys no order in a new life', () => {
    const rig = new ServersRig();
    born(rig);
    rig.leads = false;
    rig.world.kill(0);
    rig.world.start(0);
    rig.run(100_000);
    expect(rig.setVersion('n1', 1, 2, 1, 15)).toBeUndefined();
    expect(rig.erase('n1', replica(1, 1))).toBeUndefined();
    rig.leads = true;
    rig.run(300_000);
    expect(rig.setVersion('n1', 1, 2, 1, 15)).toMatchObject({ fault: null });
  });
});

describe('erasing', () => {
  test('takes exactly what is named, on the newest knowledge only', () => {
    const rig = new ServersRig();
    born(rig);
    born(rig, 2);
    rig.read('n1', replica(1, 1), { index: 40 });
    expect(rig.erase('n1', replica(1, 1), 39)).toMatchObject({ fault: 'stale' });
    expect(rig.erase('n1', replica(1, 5), 40)).toMatchObject({ fault: null });
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: null });
    expect(rig.erase('n1', replica(1, 1), 40)).toMatchObject({ fault: null });
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'absent' });
    expect(rig.read('n1', replica(2, 1))).toMatchObject({ fault: null });
    // A late copy of what made it must not bring it back.
    expect(rig.setVersion('n1', 1, 1, 0, 11)).toMatchObject({ fault: 'stale' });
    rig.run(1_000_000);
    expect(onDisk(rig, 0).map(({ chunk }) => chunk)).toEqual([2]);
    expect(
      rig.world
        .disk(0)
        .promisedFiles()
        .filter((file) => file.includes('/1-')),
    ).toEqual([]);
    rig.world.powerLoss(0);
    rig.world.start(0);
    rig.run(500_000);
    expect(rig.setVersion('n1', 1, 1, 0, 11)).toMatchObject({ fault: 'stale' });
  });
});

describe('damage', () => {
  test('a flipped bit is never served, and the fragment is told to be bad', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    rig.run(1_000_000);
    const file = rig.world
      .disk(0)
      .promisedFiles()
      .find((name) => name.endsWith('.data'))!;
    expect(rig.world.flipBit(0, file, 100, 3)).toBe(true);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'bad', blocks: [] });
    const told = rig.got.findLast(({ message }) => message.kind === 'fragment-bad');
    expect(told).toMatchObject({ from: 'n1', message: { chunk: 1, version: 1, fault: 'bad' } });
    rig.world.kill(0);
    rig.world.start(0);
    rig.run(500_000);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'bad' });
    // A copy takes its place.
    const done = rig.ask('n1', 'task-done', (task) => ({
      kind: 'copy-fragment',
      ...{ task, term: 3, index: 50, ...replica(1, 1), source: 'n2' },
    }));
    expect(done).toMatchObject({ fault: null });
    expect(firstBytes(rig.read('n1', replica(1, 1)))).toEqual([7]);
    expect(onDisk(rig, 0)).toMatchObject([{ chunk: 1, intact: true }]);
  });

  test('the scrub finds within a cycle what nobody reads', () => {
    const rig = new ServersRig();
    for (const chunk of [1, 2, 3]) born(rig, chunk);
    const write = { version: 1, fence: 11, sequence: 1, fill: 7 };
    for (const chunk of [1, 2, 3]) rig.write(all, chunk, write);
    rig.run(1_000_000);
    const files = rig.world.disk(1).promisedFiles();
    rig.world.flipBit(1, files.find((name) => /2-0-0-\d+\.data/.test(name))!, 9, 1);
    rig.world.flipBit(2, files.find((name) => /3-0-0-\d+\.sums/.test(name))!, 9, 1);
    rig.run(8_500_000);
    const bad = rig.got.filter(({ message }) => message.kind === 'fragment-bad');
    expect(
      new Set(bad.map(({ from, message }) => `${from} ${'chunk' in message && message.chunk}`)),
    ).toEqual(new Set(['n2 2']));
    expect(rig.world.damaged(2)).toBe(false);
    expect(rig.probes.get('checksum file mended')).toBe(1);
  });

  test('an empty disk in a later life makes nothing under a fence that it may have promised', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    rig.world.powerLoss(0);
    rig.world.wipe(0);
    rig.world.start(0);
    rig.run(500_000);
    expect(rig.server(0).core.table.floor).toBe(11);
    const report = rig.got.findLast(
      ({ from, message }) => from === 'n1' && message.kind === 'report',
    );
    expect(report?.message).toMatchObject({ fragments: [], last: true });
    expect(rig.setVersion('n1', 1, 1, 0, 11)).toMatchObject({ fault: 'stale' });
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'absent' });
    rig.world.kill(0);
    rig.world.start(0);
    rig.run(500_000);
    expect(rig.setVersion('n1', 1, 1, 0, 11)).toMatchObject({ fault: 'stale' });
    expect(rig.setVersion('n1', 1, 2, 0, 12)).toMatchObject({ fault: null });
  });
});

describe('a journal that has rotted', () => {
  test('begins anew, so that the next start loses nothing of what the files have', () => {
    const rig = new ServersRig();
    born(rig);
    rig.write(all, 1, { version: 1, fence: 11, sequence: 1, fill: 7 });
    rig.run(2_000_000);
    const journal = rig.world
      .disk(0)
      .promisedFiles()
      .filter((file) => file.includes('/wal-'));
    const { length } = rig.world.disk(0).actualBytes(journal[0]!)!;
    for (let at = 64; at < length; at += 16) rig.world.flipBit(0, journal[0]!, at, 3);
    expect(onDisk(rig, 0)).toMatchObject([{ intact: false }]);
    rig.run(2 * simulationTimings.scrubCycleUs);
    expect(onDisk(rig, 0)).toMatchObject([{ lastSequence: 1, intact: true }]);
    rig.world.powerLoss(0);
    rig.world.start(0);
    rig.run(2_000_000);
    expect(onDisk(rig, 0)).toMatchObject([{ lastSequence: 1, intact: true }]);
  });
});
