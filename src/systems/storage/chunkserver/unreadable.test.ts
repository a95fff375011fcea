import { describe, expect, test } from 'vitest';
import { replica, ServersRig } from '../../../../test/storage/chunkservers/servers-rig.ts';
import { simulationTimings } from '../timings.ts';

const all = ['n1', 'n2', 'n3'];
const { scrubCycleUs } = simulationTimings;

/** Chunks 1 and 2 on all servers, in their files: each has the writes of one fence. */
function written(): ServersRig {
  const rig = new ServersRig();
  for (const chunk of [1, 2]) {
    for (const node of all) rig.setVersion(node, chunk, 1, 0, 11);
    rig.write(all, chunk, { version: 1, fence: 11, sequence: 1, fill: 6 + chunk });
  }
  rig.run(2_000_000);
  return rig;
}

/** From now on no file of the first server with this in its name can be read. */
function unreadable(rig: ServersRig, file: string): () => void {
  return rig.world.troubleDisk(0, { mode: 'read-error', perMillion: 1_000_000, file });
}

function restart(rig: ServersRig): void {
  rig.world.kill(0);
  rig.world.start(0);
}

describe('files that cannot be read', () => {
  test('that are checksums cost their fragment, and the server serves the others', () => {
    const rig = written();
    unreadable(rig, '-1.sums');
    restart(rig);
    rig.run(1_000_000);
    expect(rig.server(0).core.phase).toBe('recovering');
    rig.run(4_000_000);
    expect(rig.server(0).core.phase).toBe('serving');
    expect(rig.probes.get('checksums cannot be read')).toBe(1);
    expect(rig.read('n1', replica(1, 1))).toMatchObject({ fault: 'stale', blocks: [] });
    expect(rig.read('n1', replica(2, 1))?.blocks[0]?.bytes[0]).toBe(8);
    // It is told of, so that others make it anew, and takes nothing as if it had never been here.
    const told = rig.got.filter(({ message }) => message.kind === 'fragment-bad');
    expect(told.at(-1)?.message).toMatchObject({ chunk: 1, part: 0 });
    expect(rig.setVersion('n1', 1, 2, 1, 15)?.fault).not.toBe(null);
  });

  test('that are a journal cost all fragments, as what stood in it is not known', () => {
    const rig = written();
    rig.write(all, 1, { version: 1, fence: 11, sequence: 2, fill: 9 });
    unreadable(rig, 'journal/wal-');
    restart(rig);
    rig.run(5_000_000);
    const { core } = rig.server(0);
    expect(core.phase).toBe('serving');
    expect(rig.probes.get('a journal cannot be read')).toBe(1);
    expect([...core.table.byNumber.values()].map(({ fault }) => fault)).toEqual(['bad', 'bad']);
    expect(rig.read('n1', replica(1, 1))?.fault).not.toBe(null);
    expect(rig.read('n2', replica(1, 1))?.blocks[0]?.bytes[0]).toBe(9);
  });

  test('that are a checkpoint are like one that has rotted', () => {
    const rig = written();
    unreadable(rig, 'journal/snapshot-');
    restart(rig);
    rig.run(5_000_000);
    const { core } = rig.server(0);
    expect(core.phase).toBe('serving');
    expect(rig.probes.get('files lost')).toBe(1);
  });

  test('for a while cost nothing', () => {
    for (const file of ['.sums', 'journal/']) {
      const rig = written();
      const end = unreadable(rig, file);
      restart(rig);
      rig.run(3_000_000);
      end();
      rig.run(1_000_000);
      expect(rig.probes.get('files lost')).toBeUndefined();
      expect(rig.read('n1', replica(1, 1))?.blocks[0]?.bytes[0]).toBe(7);
      expect(rig.read('n1', replica(2, 1))?.blocks[0]?.bytes[0]).toBe(8);
    }
  });

  test('of a directory that cannot be listed are waited for', () => {
    const rig = written();
    const end = unreadable(rig, '');
    restart(rig);
    rig.run(20_000_000);
    expect(rig.server(0).core.phase).toBe('recovering');
    end();
    rig.run(1_000_000);
    expect(rig.read('n1', replica(1, 1))?.blocks[0]?.bytes[0]).toBe(7);
  });

  test('are written anew by the scrub, so that the next start finds them', () => {
    for (const [file, probe] of [
      ['-1.sums', 'unreadable checksum file written anew'],
      ['journal/wal-', 'journal begun anew'],
    ] as const) {
      const rig = written();
      const end = unreadable(rig, file);
      rig.run(2 * scrubCycleUs);
      expect(rig.probes.get(probe)).toBeGreaterThan(0);
      end();
      restart(rig);
      rig.run(1_000_000);
      expect(rig.probes.get('files lost')).toBeUndefined();
      expect(rig.read('n1', replica(1, 1))?.blocks[0]?.bytes[0]).toBe(7);
    }
  });
});
