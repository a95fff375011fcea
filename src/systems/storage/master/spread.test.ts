import { expect, test } from 'vitest';
import { placesOf } from '../metadata/chunk-life.ts';
import { partsBeyondCaps } from '../placement/place.ts';
import { capsFor, type StorageClass } from '../placement/storage-class.ts';
import { MasterRig } from './master-rig.ts';

const redundancy = { kind: 'replicated', copies: 3 } as const;
const copies: StorageClass = {
  ...{ id: 1, name: 'copies', strategy: 'spread', whenInfeasible: 'flag', landing: 0 },
  ...{ redundancy, caps: capsFor(redundancy, 'zone') },
};

test('what was placed beside another part for want of zones moves when there are more', () => {
  const rig = new MasterRig({}, { repairBytesPerSecond: 10_000_000 }, [copies]);
  rig.pass(1_000);
  const beat = (servers: readonly number[]): void => {
    for (const server of servers) rig.beat(server, { zone: Math.floor(server / 2), host: server });
  };
  // Zones 2 and 3: two parts of three have to share one.
  const first = [4, 5, 6, 7];
  beat(first);
  const session = rig.session(10_000_000);
  for (let at = 0; at < 3; at++) {
    const inode = rig.file(session, `f${at}`);
    rig.call(session, { kind: 'grant-write', inode, index: 0, members: [] });
    rig.setAll();
    const { fence } = rig.state.chunks.get(at + 1)!.grant!;
    rig.do(session, { kind: 'release-write', inode, index: 0, fence });
  }
  const beyond = (): number[] =>
    [...rig.state.chunks.keys()].map((chunk) => {
      const { members } = rig.state.chunks.get(chunk)!;
      return partsBeyondCaps(placesOf(rig.state, members), copies, members);
    });
  const live = (servers: readonly number[]): void => {
    for (let round = 0; round < 60; round++) {
      beat(servers);
      rig.pass(100_000);
      for (const { to, message } of [...rig.sent]) {
        if (message.kind !== 'copy-fragment' && message.kind !== 'erase-fragment') continue;
        rig.sent.splice(
          rig.sent.findIndex((sent) => sent.message === message),
          1,
        );
        rig.taskDone(message, Number(to.slice(1)));
      }
    }
  };
  live(first);
  expect(beyond()).toEqual([1, 1, 1]);
  expect([...rig.service.indexes.degraded]).toEqual([1, 2, 3]);
  live([...first, 8]);
  expect(beyond()).toEqual([0, 0, 0]);
  expect(rig.service.indexes.degraded.size).toBe(0);
  expect(rig.state.servers.get(8)!.fragments).toBe(3);
});

test('nothing moves to a better place while another part of its chunk waits to be made anew', () => {
  // It is looked for better places more often than for what found none.
  const often = { repairBytesPerSecond: 10_000_000, scrubCycleUs: 400_000 };
  const rig = new MasterRig({}, often, [copies]);
  rig.pass(1_000);
  const beat = (servers: readonly number[]): void => {
    for (const server of servers) rig.beat(server, { zone: Math.floor(server / 2), host: server });
  };
  beat([4, 5, 6]);
  rig.writtenFile();
  // The part on 6 has no other place: two are left, in one zone.
  const pass = (us: number, servers: readonly number[]): void => {
    const untilUs = rig.nowUs + us;
    while (rig.nowUs < untilUs) {
      beat(servers);
      rig.pass(10_000);
    }
  };
  pass(3_000_000, [4, 5]);
  expect(rig.probes).toContain('a repair found no place');
  // As soon as there is room elsewhere, it is that part which goes there.
  const lost = rig.state.chunks.get(1)!.members.indexOf(6);
  while (rig.state.plans.size === 0) pass(10_000, [4, 5, 8]);
  const [work] = rig.service.indexes.plans.values();
  expect(work!.plan.position).toBe(lost);
});
