import { describe, expect, test } from 'vitest';
import { simulationTimings } from '../timings.ts';
import { MasterRig } from './master-rig.ts';

const { serverLeaseUs, downGraceUs } = simulationTimings;
const capacityBytes = 1_000_000;

/** Servers beat, some of them with room; then a little time passes. */
function beats(rig: MasterRig, servers: readonly number[], roomy: readonly number[]): void {
  for (const server of servers) {
    rig.beat(server, { capacityBytes, usedBytes: roomy.includes(server) ? 0 : capacityBytes });
  }
  rig.pass(50_000);
}

/** Writes so many chunks while only these servers have room; gives their ids. */
function written(rig: MasterRig, count: number, roomy: readonly number[]): readonly number[] {
  beats(rig, [4, 5, 6, 7, 8, 9], roomy);
  const session = rig.session(10_000_000);
  return Array.from({ length: count }, (_, at) => {
    const inode = rig.file(session, `on-${roomy.join('-')}-${at}`);
    rig.call(session, { kind: 'grant-write', inode, index: 0, members: [] });
    rig.setAll();
    const { chunk } = rig.state.slots.get(inode, 0)!;
    const { fence, members } = rig.state.chunks.get(chunk)!.grant!;
    expect(members.toSorted()).toEqual(roomy);
    rig.do(session, { kind: 'release-write', inode, index: 0, fence });
    return chunk;
  });
}

describe('the queue of repairs', () => {
  test('those that find no place keep nobody from being looked at', () => {
    const rig = new MasterRig();
    rig.pass(1_000);
    rig.furnish();
    // Two of their servers are lost, and the third is all that has room: they find no place.
    const stuck = written(rig, 40, [4, 6, 8]);
    const [last] = written(rig, 1, [5, 7, 9]);
    rig.sent.length = 0;
    const untilUs = rig.nowUs + serverLeaseUs * 1.02 + 3 * downGraceUs;
    while (rig.nowUs < untilUs) beats(rig, [5, 7, 8, 9], [8]);
    expect(rig.service.leader!.repairs.size).toBe(stuck.length);
    expect(rig.probes).toContain('a repair found no place');
    expect(rig.take('copy-fragment')).toEqual([]);
    // One that has a place comes behind all of them.
    for (const server of [5, 7]) {
      const name = { chunk: last!, version: 1, generation: 0, part: 0 };
      rig.deliver(`n${server}`, { kind: 'fragment-bad', server, life: 1, fault: 'bad', ...name });
    }
    rig.pass(1_000);
    expect(rig.take('copy-fragment').map(({ chunk }) => chunk)).toEqual([last]);
    // The others are looked at again when they have slept: then there is room.
    const laterUs = rig.nowUs + 2 * downGraceUs;
    while (rig.nowUs < laterUs) beats(rig, [5, 7, 8, 9], [7, 8, 9]);
    const begun = new Set(rig.take('copy-fragment').map(({ chunk }) => chunk));
    expect(stuck.filter((chunk) => begun.has(chunk)).length).toBeGreaterThan(0);
  });
});
