import { expect, test } from 'vitest';
import { placesOf } from '../metadata/chunk-life.ts';
import { brokenCaps } from '../placement/place.ts';
import { capsFor, type StorageClass } from '../placement/storage-class.ts';
import { MasterRig } from './master-rig.ts';

const all = [4, 5, 6, 7, 8, 9];
const capacityBytes = 12 * 4_096;

// Found by rung SF8 (seed 3 of a storm of drains on small disks): class "copies" flags, and was not kept.
test('an even load is not worth a worse placement', () => {
  const redundancy = { kind: 'replicated', copies: 3 } as const;
  const copies: StorageClass = {
    ...{ id: 1, name: 'copies', strategy: 'spread', whenInfeasible: 'flag', landing: 0 },
    ...{ redundancy, caps: capsFor(redundancy, 'zone') },
  };
  const rig = new MasterRig({}, { repairBytesPerSecond: 10_000_000 }, [copies]);
  rig.pass(1_000);
  const beat = () => {
    for (const server of all) {
      rig.beat(server, { capacityBytes, zone: Math.floor(server / 2), host: server });
    }
  };
  beat();
  const session = rig.session(10_000_000);
  const drain = (server: number, state: 'draining' | 'up') =>
    rig.do(0, { kind: 'set-server-state', server, state });
  // All is on 4, on 6 or 7, and on 8. Then 9 takes parts as well: from 8, which shares its zone.
  drain(5, 'draining');
  drain(9, 'draining');
  for (let at = 0; at < 6; at++) {
    const inode = rig.file(session, `f${at}`);
    rig.call(session, { kind: 'grant-write', inode, index: 0, members: [] });
    rig.setAll();
    const { fence } = rig.state.chunks.get(at + 1)!.grant!;
    rig.do(session, { kind: 'release-write', inode, index: 0, fence });
  }
  rig.report(9);
  drain(9, 'up');
  const worst = () =>
    [...rig.state.chunks.keys()].map((chunk) => {
      const { members, classId } = rig.state.chunks.get(chunk)!;
      const storageClass = rig.state.classes.get(classId)!;
      return brokenCaps(placesOf(rig.state, members), storageClass, members).length;
    });
  expect(worst()).toEqual([0, 0, 0, 0, 0, 0]);
  for (let round = 0; round < 100; round++) {
    beat();
    rig.pass(100_000);
    for (const { to, message } of [...rig.sent]) {
      if (message.kind !== 'copy-fragment' && message.kind !== 'erase-fragment') continue;
      rig.sent.splice(
        rig.sent.findIndex((sent) => sent.message === message),
        1,
      );
      rig.taskDone(message, Number(to.slice(1)));
    }
    expect(worst()).toEqual([0, 0, 0, 0, 0, 0]);
  }
  expect(rig.state.servers.get(9)!.fragments).toBeGreaterThan(0);
});
